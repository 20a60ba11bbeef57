"""Hosts actors and carries their messages, in one process and on one event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from runtime.core.actor import Actor
from runtime.core.cancellation import CancellationToken
from runtime.core.cell import CURRENT, ActorCell, ActorFactory
from runtime.core.context import MessageContext
from runtime.core.ids import AgentId, TopicId
from runtime.core.interventions import DropMessage, Intervention, InterventionChain
from runtime.core.mailbox import DEFAULT_CAPACITY, Envelope, MailboxStatistics
from runtime.core.subscriptions import Subscription, SubscriptionTable
from runtime.errors import (
    Cancelled,
    DeliveryError,
    DeliveryTimeout,
    MailboxFull,
    MessageDropped,
    ReentrantSend,
    UnknownRecipient,
)

log = logging.getLogger(__name__)


class ActorRuntime:
    def __init__(
        self,
        *,
        interventions: Sequence[Intervention] = (),
        mailbox_capacity: int = DEFAULT_CAPACITY,
    ) -> None:
        self._factories: dict[str, ActorFactory] = {}
        self._cells: dict[AgentId, ActorCell] = {}
        self._subscriptions = SubscriptionTable()
        self._interventions = InterventionChain(interventions)
        self._capacity = mailbox_capacity
        self._orphan_errors: list[BaseException] = []
        self._idle = asyncio.Event()
        self._stopped = False

    # Registration ------------------------------------------------------------------------------

    def register(self, agent_type: str, factory: ActorFactory) -> None:
        """`factory` makes an instance for each key, at its first message."""
        AgentId(agent_type, "")
        if agent_type in self._factories or any(c.type == agent_type for c in self._cells):
            raise ValueError(f"The agent type {agent_type!r} is already registered")
        self._factories[agent_type] = factory

    def register_instance(self, agent_id: AgentId, actor: Actor) -> None:
        if agent_id in self._cells or agent_id.type in self._factories:
            raise ValueError(f"{agent_id} is already registered")
        cell = self._cells[agent_id] = self._new_cell(agent_id, lambda: actor)
        actor.id = agent_id
        cell.actor = actor

    def subscribe(self, subscription: Subscription) -> None:
        self._subscriptions.add(subscription)

    def unsubscribe(self, subscription: Subscription) -> None:
        self._subscriptions.remove(subscription)

    # Messages ----------------------------------------------------------------------------------

    async def send(
        self,
        message: Any,
        recipient: AgentId,
        *,
        sender: AgentId | None = None,
        deadline: float | None = None,
        cancellation: CancellationToken | None = None,
        scope: Any = None,
    ) -> Any:
        """Returns the handler's reply or raises its error. Ends when the caller is cancelled, when
        the token is, and at the deadline (seconds); the handler is cancelled with it."""
        caller = CURRENT.get()
        if sender is None and caller is not None:
            sender = caller.id
        context = MessageContext(sender, True, None, deadline, cancellation, scope)
        if self._interventions:
            message = await self._interventions.send(message, recipient, context)
            if isinstance(message, DropMessage):
                raise MessageDropped(f"A message to {recipient} was dropped by an intervention")
        cell = self._cell(recipient, sender, message)
        if caller is None:
            return await self._exchange(cell, message, context)
        if cell is caller or _waits_for(cell, caller):
            raise ReentrantSend(
                f"{sender} sent {type(message).__name__} to {recipient}, "
                f"which waits for {caller.id} itself",
                hint="Answer first, then ask; or split the actor in two.",
            )
        caller.waiting_on.append(cell)
        try:
            return await self._exchange(cell, message, context)
        finally:
            caller.waiting_on.remove(cell)

    async def publish(
        self,
        message: Any,
        topic: TopicId,
        *,
        sender: AgentId | None = None,
        scope: Any = None,
    ) -> int:
        """Hands the message to everyone who subscribed, the sender excepted, and returns to how
        many. A handler's error comes out of `stop_when_idle`."""
        caller = CURRENT.get()
        if sender is None and caller is not None:
            sender = caller.id
        context = MessageContext(sender, False, topic, None, None, scope)
        if self._interventions:
            message = await self._interventions.publish(message, context)
            if isinstance(message, DropMessage):
                return 0
        recipients = [r for r in self._subscriptions.recipients(topic) if r != sender]
        cells = [self._cell(recipient, sender, message) for recipient in recipients]
        refused: MailboxFull | None = None
        for cell in cells:
            try:
                cell.post(Envelope(message, cell.id, context, None))
            except MailboxFull as error:
                refused = error
        if refused is not None:
            raise refused
        return len(cells)

    # Life --------------------------------------------------------------------------------------

    def statistics(self) -> dict[AgentId, MailboxStatistics]:
        return {agent_id: cell.mailbox.statistics() for agent_id, cell in self._cells.items()}

    def save_state(self) -> dict[str, dict[str, Any]]:
        """Of the actors that exist and have something to keep."""
        states = {
            str(agent_id): cell.actor.save_state()
            for agent_id, cell in self._cells.items()
            if cell.actor is not None
        }
        return {name: state for name, state in states.items() if state}

    async def load_state(self, states: dict[str, dict[str, Any]]) -> None:
        for name, state in states.items():
            cell = self._cell(AgentId.parse(name), None, None)
            (await cell.instance()).load_state(state)

    async def stop_when_idle(self, grace: float = 5.0) -> None:
        """Waits until every mailbox is empty, stops, and raises the first error that had no
        caller to go to."""
        while any(cell.busy for cell in self._cells.values()):
            self._idle.clear()
            await self._idle.wait()
        await self.stop(grace)
        if self._orphan_errors:
            raise self._orphan_errors[0]

    async def stop(self, grace: float = 5.0) -> None:
        """Cancels handlers and fails whoever still waits. May be called again."""
        if self._stopped:
            return
        self._stopped = True
        await asyncio.gather(*(cell.stop(grace) for cell in self._cells.values()))

    # Inside ------------------------------------------------------------------------------------

    async def _exchange(self, cell: ActorCell, message: Any, context: MessageContext) -> Any:
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Any] = loop.create_future()
        envelope = Envelope(message, cell.id, context, reply)
        cell.post(envelope)
        if context.deadline is None and context.cancellation is None:
            try:
                result = await reply
            except asyncio.CancelledError:
                cell.abandon(envelope)
                raise
        else:
            result = await _limited(cell, envelope, reply)
        if not self._interventions:
            return result
        result = await self._interventions.response(result, cell.id, context.sender)
        if isinstance(result, DropMessage):
            raise MessageDropped(f"The reply of {cell.id} was dropped by an intervention")
        return result

    def _cell(self, agent_id: AgentId, sender: AgentId | None, message: Any) -> ActorCell:
        cell = self._cells.get(agent_id)
        if self._stopped:
            raise DeliveryError(
                f"{sender or 'outside'} sent {type(message).__name__} to {agent_id}, "
                "but the runtime has stopped"
            )
        if cell is None:
            factory = self._factories.get(agent_id.type)
            if factory is None:
                raise UnknownRecipient(
                    f"{sender or 'outside'} sent {type(message).__name__} to {agent_id}, "
                    "but no such actor is registered",
                    hint=f"Register the type {agent_id.type!r} first.",
                )
            cell = self._cells[agent_id] = self._new_cell(agent_id, factory)
        return cell

    def _new_cell(self, agent_id: AgentId, factory: ActorFactory) -> ActorCell:
        return ActorCell(agent_id, factory, self._orphaned, self._idle.set, self._capacity)

    def _orphaned(self, envelope: Envelope, error: BaseException) -> None:
        log.error(
            "%s failed on %s, published by %s",
            envelope.recipient,
            type(envelope.message).__name__,
            envelope.context.sender or "outside",
            exc_info=error,
        )
        self._orphan_errors.append(error)


async def _limited(cell: ActorCell, envelope: Envelope, reply: asyncio.Future[Any]) -> Any:
    """Waits for the reply, until the deadline or the token ends the wait."""
    context = envelope.context

    def give_up(error: Exception) -> None:
        if not reply.done():
            reply.set_exception(error)
            cell.abandon(envelope)

    what = f"{type(envelope.message).__name__} from {context.sender or 'outside'} to {cell.id}"
    timer = None
    if context.deadline is not None:
        late = DeliveryTimeout(f"{what} got no reply within {context.deadline} s")
        timer = asyncio.get_running_loop().call_later(context.deadline, give_up, late)
    token = context.cancellation
    forget = token.on_cancel(lambda: give_up(Cancelled(f"{what} was cancelled"))) if token else None
    try:
        return await reply
    except asyncio.CancelledError:
        cell.abandon(envelope)
        raise
    finally:
        if timer is not None:
            timer.cancel()
        if forget is not None:
            forget()


def _waits_for(cell: ActorCell, target: ActorCell) -> bool:
    """Whether `cell`, directly or through others, waits for a reply of `target`."""
    seen = {cell}
    stack = [cell]
    while stack:
        for other in stack.pop().waiting_on:
            if other is target:
                return True
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return False
