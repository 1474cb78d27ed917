"""Pages for people: forms and answers in HTML, in the reader's language, without a script.

`declaring` is how a service says which pages it has; `site` joins them with templates, texts and the origin they are
seen at; `serving` answers a request; `form_guard` refuses forms that were not sent from a page of ours; `failures` is
the page for whatever is refused elsewhere. Which pages there are and what they say is the business of whoever uses
this.
"""
