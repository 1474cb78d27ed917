"""Importing lists of people who may hold no card, and deciding about holders who are on one."""
