"""What lies on an editor’s desk: forms that are open and not saved yet.

`presence` knows who has an entry open, `unsaved` keeps what is typed until it is
saved, `once` sees to it that a form which arrives twice is saved once, `signed_out`
takes in a form whose session has ended, `around` brings these to every form of
content in the admin, and `views` answers the script in the form (desk.js).

None of it is content: it has no history, no reader and no other editor sees it,
and `manage.py tidy_desk` clears it away.
"""
