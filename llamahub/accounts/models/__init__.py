"""What is known of accounts beyond Django’s own `User` and `Group`."""

from .attempts import SignInAttempt
from .audit import AuditEntry
from .policy import SecurityPolicy
from .preferences import Preferences
from .second_factor import RecoveryCode, SecondFactor
from .sessions import Session

__all__ = ["AuditEntry", "Preferences", "RecoveryCode", "SecondFactor", "SecurityPolicy", "Session", "SignInAttempt"]
