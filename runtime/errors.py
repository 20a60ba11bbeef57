"""Errors of the runtime.

RuntimeFault                     base; `code` is stable, the text says what to do
├── SpecError                    a component cannot be loaded; carries the JSON path
├── DeliveryError                a message could not be handled; names both ends
│   ├── UnknownRecipient
│   ├── UnhandledMessage
│   ├── MailboxFull
│   ├── ReentrantSend
│   ├── ActorStopped
│   └── DeliveryTimeout
├── MessageDropped               an intervention refused a message
├── ModelError                   the model's side failed; says whether a retry may help
├── ToolError                    a tool cannot do what was asked; becomes an error result
├── TeamError                    a team's own rule was broken at run time
├── JournalError
│   ├── LeaseLost                another worker owns the run; stop at once, write nothing
│   ├── NewerCheckpoint          a worker of a newer version must go on with the run
│   └── NonDeterministic         re-execution asked for something else than what is recorded
└── Interrupted                  the run is leaving this worker; never swallow it
    ├── Cancelled                a person or an operator stopped it
    └── Parking                  it waits for something slow, or the worker drains
"""

from __future__ import annotations


class RuntimeFault(Exception):
    """Base of everything the runtime raises on purpose."""

    code = "runtime_error"

    def __init__(self, detail: str, *, hint: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint


class SpecError(RuntimeFault):
    code = "invalid_spec"

    def __init__(self, detail: str, *, path: str = "$", hint: str | None = None) -> None:
        super().__init__(detail, hint=hint)
        self.path = path


class DeliveryError(RuntimeFault):
    code = "undeliverable"


class UnknownRecipient(DeliveryError):
    code = "unknown_recipient"


class UnhandledMessage(DeliveryError):
    code = "unhandled_message"


class MailboxFull(DeliveryError):
    code = "mailbox_full"


class ReentrantSend(DeliveryError):
    """An actor asked, directly or through others, for an answer of its own: its serial mailbox
    would wait for itself for ever."""

    code = "reentrant_send"


class ActorStopped(DeliveryError):
    """Its supervision stopped the recipient after a failure."""

    code = "actor_stopped"


class DeliveryTimeout(DeliveryError):
    code = "delivery_timeout"


class MessageDropped(RuntimeFault):
    code = "message_dropped"


class ModelError(RuntimeFault):
    """`retryable` tells whether the same request may succeed later; `retry_after` is the vendor's
    own wish in seconds, where it sent one; `status` the HTTP status, where there was one."""

    code = "model_error"

    def __init__(
        self,
        detail: str,
        *,
        code: str = "model_error",
        hint: str | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail, hint=hint)
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.status = status


class ToolError(RuntimeFault):
    code = "tool_error"


class TeamError(RuntimeFault):
    code = "team_error"


class JournalError(RuntimeFault):
    code = "journal_error"


class LeaseLost(JournalError):
    code = "lease_lost"


class NonDeterministic(JournalError):
    code = "non_deterministic"


class NewerCheckpoint(JournalError):
    code = "newer_checkpoint"


class Interrupted(RuntimeFault):
    code = "interrupted"


class Cancelled(Interrupted):
    code = "cancelled"


class Parking(Interrupted):
    code = "parking"
