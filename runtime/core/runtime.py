"""Hosts actors and carries their messages, in one process and on one event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from runtime.core.actor import Actor
from runtime.core.cancellation import CancellationToken
from runtime.core.cell import CURRENT, ActorCell, Host
from runtime.core.context import MessageContext
from runtime.core.eviction import RETRY_EVICTION, IdleEviction, Sweeper
from runtime.core.ids import AgentId, TopicId
from runtime.core.interventions import DropMessage, Intervention, InterventionChain
from runtime.core.mailbox import DEFAULT_CAPACITY, Envelope, MailboxStatistics
from runtime.core.registration import ActorFactory, Registration
from runtime.core.routed import RoutedActor
from runtime.core.saving import FORMAT, check_format, dump_envelope, load_envelope
from runtime.core.serialization import MessageTypes
from runtime.core.subscriptions import (
    Subscription,
    SubscriptionTable,
    TypeSubscription,
    topics_of,
)
from runtime.core.supervision import RESUME, Supervision
from runtime.errors import (
    Cancelled,
    DeliveryError,
    DeliveryTimeout,
    MessageDropped,
    ReentrantSend,
    UnknownRecipient,
)

log = logging.getLogger(__name__)


class ActorRuntime:
    """An actor handles one message at a time, in the order in which they arrived. While it awaits
    the reply of another it handles nothing else; asking, directly or through others, for an answer
    of its own is refused with ReentrantSend instead of waiting for ever."""

    def __init__(
        self,
        *,
        interventions: Sequence[Intervention] = (),
        mailbox_capacity: int = DEFAULT_CAPACITY,
        eviction: IdleEviction | None = None,
    ) -> None:
        self.message_types = MessageTypes()
        self._registrations: dict[str, Registration] = {}
        self._instance_types: set[str] = set()
        self._cells: dict[AgentId, ActorCell] = {}
        self._subscriptions = SubscriptionTable()
        self._interventions = InterventionChain(interventions)
        self._orphan_errors: list[BaseException] = []
        self._host = Host(self._orphaned, mailbox_capacity)
        self._eviction = eviction
        self._sweeper = Sweeper(self._sweep)
        self._stopped = False

    # Registration ------------------------------------------------------------------------------

    def register(
        self,
        agent_type: str,
        factory: ActorFactory,
        *,
        expected_class: type[Actor] | None = None,
        supervision: Supervision | None = None,
        class_subscriptions: bool = True,
    ) -> None:
        """`factory` makes an instance for each key, at its first message; first messages that come
        together wait for the same one. What it makes must be an `expected_class` (the factory
        itself where that is a class), whose `@subscribes` topics the type hears."""
        AgentId(agent_type, "")
        if agent_type in self._registrations or agent_type in self._instance_types:
            raise ValueError(f"The agent type {agent_type!r} is already registered")
        if expected_class is None and isinstance(factory, type) and issubclass(factory, Actor):
            expected_class = factory
        if expected_class is not None:
            self._know_messages(expected_class)
        self._registrations[agent_type] = Registration(
            factory, expected_class, supervision or RESUME
        )
        if expected_class is not None and class_subscriptions:
            for topic_type in topics_of(expected_class):
                self.subscribe(TypeSubscription(topic_type, agent_type))

    def register_instance(self, agent_id: AgentId, actor: Actor) -> None:
        """It stays as it is for the runtime's life: it is neither evicted nor restarted."""
        if agent_id in self._cells or agent_id.type in self._registrations:
            raise ValueError(f"{agent_id} is already registered")
        self._know_messages(type(actor))
        registration = Registration(lambda: actor, is_instance=True)
        cell = self._cells[agent_id] = ActorCell(agent_id, registration, self._host)
        self._instance_types.add(agent_id.type)
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
        """Hands the message to everyone who subscribed, the sender excepted, each once, and returns
        to how many. A handler's error comes out of `stop_when_idle`. A recipient that refuses it
        (its mailbox is full, it was stopped) keeps it from no other, and is raised in the end."""
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
        refused: DeliveryError | None = None
        for cell in cells:
            try:
                cell.post(Envelope(message, cell.id, context, None))
            except DeliveryError as error:
                refused = error
        if refused is not None:
            raise refused
        return len(cells)

    # Life --------------------------------------------------------------------------------------

    def statistics(self) -> dict[AgentId, MailboxStatistics]:
        return {agent_id: cell.mailbox.statistics() for agent_id, cell in self._cells.items()}

    def save_state(self) -> dict[str, dict[str, Any]]:
        """Of the actors that have something to keep, by `type/key`."""
        states = {str(agent_id): state for agent_id, state in self._host.kept.items()}
        for agent_id, cell in self._cells.items():
            if cell.actor is not None:
                states[str(agent_id)] = cell.actor.save_state()
        return {name: state for name, state in states.items() if state}

    async def load_state(self, states: dict[str, dict[str, Any]]) -> None:
        """Actors that do not exist yet get their state when they are made. Raises
        UnknownRecipient, before anything is loaded, when a type is not registered."""
        found = {AgentId.parse(name): state for name, state in states.items()}
        for agent_id in found:
            if agent_id not in self._cells and agent_id.type not in self._registrations:
                raise UnknownRecipient(
                    f"There is saved state of {agent_id}, but no such actor is registered",
                    hint=f"Register the type {agent_id.type!r} first.",
                )
        for agent_id, state in found.items():
            cell = self._cells.get(agent_id)
            if cell is None or cell.actor is None:
                self._host.kept[agent_id] = state
            else:
                cell.actor.load_state(state)

    def save(self) -> dict[str, Any]:
        """States and undelivered messages, as JSON. A message that is being handled counts as
        undelivered: it will be handled again. Raises ValueError for one that cannot be stored."""
        waiting = [e for cell in self._cells.values() for e in cell.undelivered()]
        undelivered = [dump_envelope(envelope, self.message_types) for envelope in waiting]
        return {"format": FORMAT, "actors": self.save_state(), "undelivered": undelivered}

    async def load(self, saved: dict[str, Any]) -> None:
        """Goes on where `save` was called, perhaps in another process. Nobody waits any more for
        the reply of what was sent then; an error comes out of `stop_when_idle`."""
        check_format(saved)
        envelopes = [load_envelope(item, self.message_types) for item in saved["undelivered"]]
        await self.load_state(saved["actors"])
        for envelope in envelopes:
            cell = self._cell(envelope.recipient, envelope.context.sender, envelope.message)
            cell.post(envelope)

    async def evict(self, agent_id: AgentId) -> bool:
        """Closes an idle actor and forgets it but for its state, which its next message restores.
        False: there is none, it is busy, or it was registered as an instance."""
        cell = self._cells.get(agent_id)
        if cell is None or cell.busy or not cell.is_replaceable:
            return False
        state = cell.actor.save_state() if cell.actor is not None else {}
        if state:
            self._host.kept[agent_id] = state
        del self._cells[agent_id]
        await cell.stop(grace=0)
        return True

    async def stop_when_idle(self, grace: float = 5.0) -> None:
        """Waits until every mailbox is empty and every handler has ended, stops, and raises the
        first error that had no caller to go to. Not for handlers: each would wait for itself."""
        while self._host.busy:
            self._host.idle.clear()
            await self._host.idle.wait()
        await self.stop(grace)
        if self._orphan_errors:
            raise self._orphan_errors[0]

    async def stop(self, grace: float = 5.0) -> None:
        """Cancels handlers and fails whoever still waits. May be called again."""
        if self._stopped:
            return
        self._stopped = True
        await self._sweeper.stop()
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
            registration = self._registrations.get(agent_id.type)
            if registration is None:
                raise UnknownRecipient(
                    f"{sender or 'outside'} sent {type(message).__name__} to {agent_id}, "
                    "but no such actor is registered",
                    hint=f"Register the type {agent_id.type!r} first.",
                )
            cell = self._cells[agent_id] = ActorCell(agent_id, registration, self._host)
            if self._eviction is not None:
                self._plan_sweep(self._eviction)
        return cell

    def _know_messages(self, actor_class: type) -> None:
        if issubclass(actor_class, RoutedActor):
            self.message_types.register(*actor_class.handled_types())

    def _plan_sweep(self, eviction: IdleEviction) -> None:
        if eviction.max_actors is not None and len(self._cells) > eviction.max_actors:
            self._sweeper.soon()
        if eviction.max_age is not None:
            self._sweeper.within(eviction.max_age)

    async def _sweep(self) -> None:
        eviction = self._eviction or IdleEviction()
        idle = [c for c in self._cells.values() if not c.busy and c.is_replaceable]
        idle.sort(key=lambda cell: cell.last_used)
        most = eviction.max_actors
        too_many = 0 if most is None else len(self._cells) - most
        now = asyncio.get_running_loop().time()
        for place, cell in enumerate(idle):
            is_old = eviction.max_age is not None and now - cell.last_used >= eviction.max_age
            if place < too_many or is_old:
                await self.evict(cell.id)
        self._plan_next_sweep(eviction)

    def _plan_next_sweep(self, eviction: IdleEviction) -> None:
        """Those that were busy now may be idle then."""
        too_many = eviction.max_actors is not None and len(self._cells) > eviction.max_actors
        age = eviction.max_age if eviction.max_age is not None else RETRY_EVICTION
        if not self._stopped and self._cells and (too_many or eviction.max_age is not None):
            self._sweeper.within(age)

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
