"""What an administrator is asked before passwords leave the site."""

from __future__ import annotations

from typing import Any

from llamahub.accounts.forms import Proof, password_field


class PasswordProof(Proof):
    """One’s own password: whoever finds a browser open gets no password of anybody, not even hashed."""

    password = password_field()

    def clean(self) -> dict[str, Any]:
        self.prove_password()
        return self.cleaned_data
