"""The rules by which a program is let act for a person: applications, grants, codes and refresh tokens."""
