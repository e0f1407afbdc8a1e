"""The people who keep the hub: how they sign in, what keeps others out, and the record of it.

`sign_in` checks a password and `throttle` counts the wrong ones, `second_factor`
asks for a code (`totp`, kept by `sealing`, shown by `qr`), `sessions` keeps and
ends sessions, `audit` writes down what happened. Whatever must hold whoever acts
is a trigger (migration 0002): the record is never rewritten, a changed account
is written down, and a session ends with the password that it began with.
"""
