"""What agents know beside their conversation. Section 8 of the reference, and its defects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from runtime.components import Builder, Component
from runtime.components.validate import validate
from runtime.durable.step import StepContext
from runtime.errors import ModelError, SpecError, ToolError
from runtime.memory.base import AnyMemory, Memory
from runtime.memory.local_embeddings import DIMENSIONS, LocalEmbeddings, embed
from runtime.messages import MemoryContent
from runtime.model_clients.pool import ModelClientPool
from runtime.net.egress import EgressRefused
from runtime.operator import Operator
from runtime.ports import Secret
from runtime.stores import cosine
from runtime.testing import StaticSecrets, step_context, tool_context
from runtime.testing.model_server import ModelServer
from runtime.tools.base import BaseTool
from tests.support.services import skip_or_fail

LIST = "autogen_core.memory.ListMemory"
VECTOR = "troupe.memory.VectorMemory"
CHROMA = "autogen_ext.memory.chromadb.ChromaDBVectorMemory"
FACTS = [
    "The office is closed on Fridays.",
    "Invoices are paid within thirty days.",
    "The coffee machine is on the second floor.",
]


@pytest.fixture
async def pool() -> AsyncIterator[ModelClientPool]:
    pool = ModelClientPool()
    yield pool
    await pool.close()


def build(provider: str, pool: ModelClientPool, operator: Operator, **config: Any) -> AnyMemory:
    spec = Component(provider=provider, config=config)
    return Builder(StaticSecrets(), pool, operator).build(spec, Memory)


@pytest.fixture(params=[LIST, VECTOR, CHROMA])
def memory(request: pytest.FixtureRequest, pool: ModelClientPool, tmp_path: Path) -> AnyMemory:
    if request.param == CHROMA:
        need_chroma()
    config = {} if request.param == LIST else {"k": 1}
    return build(request.param, pool, Operator(memory_folder=tmp_path), **config)


def need_chroma() -> None:
    try:
        import chromadb  # noqa: F401
    except ImportError:
        skip_or_fail("chromadb")


@pytest.fixture
def step() -> StepContext:
    return step_context()


def texts(found: list[MemoryContent]) -> list[str]:
    return [item.content for item in found]


async def remember(memory: AnyMemory, step: StepContext) -> None:
    for turn, fact in enumerate(FACTS, start=1):
        await memory.add(MemoryContent(content=fact, metadata={"n": turn}), step.in_turn(turn))


# All of them -----------------------------------------------------------------------------------


async def test_what_was_added_is_found(memory: AnyMemory, step: StepContext) -> None:
    await remember(memory, step)
    found = await memory.query("When must invoices be paid?", step)

    assert FACTS[1] in texts(found)
    item = next(item for item in found if item.content == FACTS[1])
    assert (item.metadata or {})["n"] == 2
    assert FACTS[1] in memory.render(found)


async def test_adding_again_in_the_same_step_adds_nothing(
    memory: AnyMemory, step: StepContext
) -> None:
    """A call whose result was lost is made again."""
    for _ in range(2):
        await memory.add(MemoryContent(content=FACTS[0]), step)
    memory.config = memory.config.model_copy(update={"k": 5})
    assert texts(await memory.query(FACTS[0], step)) == [FACTS[0]]


async def test_an_empty_memory_says_nothing(memory: AnyMemory, step: StepContext) -> None:
    """AutoGen's Redis memory always adds a message."""
    found = await memory.query("anything", step)
    assert (found, memory.render(found)) == ([], "")


async def test_clearing_forgets(memory: AnyMemory, step: StepContext) -> None:
    await remember(memory, step)
    await memory.clear(step)
    assert await memory.query(FACTS[0], step) == []
    await memory.add(MemoryContent(content=FACTS[2]), step)
    assert texts(await memory.query(FACTS[2], step)) == [FACTS[2]]


async def test_a_query_changes_nothing(memory: AnyMemory, step: StepContext) -> None:
    """Confirmed by us: AutoGen's injection accumulates."""
    await remember(memory, step)
    first = await memory.query(FACTS[0], step)
    for _ in range(3):
        assert await memory.query(FACTS[0], step) == first


# Lists -----------------------------------------------------------------------------------------


async def test_a_list_has_its_own_contents_first_and_then_what_was_added(
    pool: ModelClientPool, step: StepContext
) -> None:
    given = [
        {"content": "User prefers metric units", "mime_type": "text/plain", "metadata": {"k": "v"}},
        {"content": {"a": 1}, "mime_type": "application/json"},
    ]
    memory = build(LIST, pool, Operator(), name="prefs", memory_contents=given)
    await remember(memory, step)
    found = await memory.query("", step)

    assert texts(found) == ["User prefers metric units", '{"a": 1}', *FACTS]
    assert memory.render(found).splitlines()[:2] == [
        "Relevant memory content (in chronological order):",
        "1. User prefers metric units",
    ]


async def test_a_list_belongs_to_its_agent(pool: ModelClientPool, step: StepContext) -> None:
    memory = build(LIST, pool, Operator())
    await remember(memory, step)
    other = step.child("agent", 2, agent_path="other")
    assert await memory.query("", other) == []


def test_bytes_and_pictures_are_named_and_not_shown(pool: ModelClientPool) -> None:
    memory = build(LIST, pool, Operator())
    picture = MemoryContent(content="iVBORw0KGgo=", mime_type="image/png")
    assert memory.render([picture]).endswith("1. (image/png, not shown)")


# Vectors ---------------------------------------------------------------------------------------


async def test_a_threshold_leaves_out_what_does_not_fit(
    pool: ModelClientPool, step: StepContext
) -> None:
    memory = build(VECTOR, pool, Operator(), k=10, score_threshold=0.2)
    await remember(memory, step)
    found = await memory.query("coffee machine", step)
    assert texts(found) == [FACTS[2]]
    assert 0.2 <= (found[0].metadata or {})["score"] <= 1
    assert await memory.query("zebra xylophone", step) == []
    assert await memory.query("  ", step) == []


async def test_memories_with_one_collection_share_it_and_others_do_not(
    pool: ModelClientPool, step: StepContext
) -> None:
    await remember(build(VECTOR, pool, Operator(), collection="a"), step)
    assert await build(VECTOR, pool, Operator(), collection="a").query(FACTS[0], step)
    assert not await build(VECTOR, pool, Operator(), collection="b").query(FACTS[0], step)


async def test_local_embeddings_are_deterministic_and_near_for_near_texts() -> None:
    first, second = await LocalEmbeddings().embed(["Trees in the city", "Trees in the city"])
    assert first == second
    assert len(first) == DIMENSIONS
    assert cosine(first, embed("city trees")) > 0.7
    assert cosine(first, embed("invoice payment")) < 0.2
    assert cosine(embed("Straße"), embed("STRASSE")) == pytest.approx(1)
    assert embed(" … ") == [0.0] * DIMENSIONS
    # The numbers themselves are stored, so they must stay what they are.
    assert [index for index, x in enumerate(embed("tree")) if abs(x) > 0.5] == [TREE]


TREE = 19


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()


def served(server: ModelServer, pool: ModelClientPool, **config: Any) -> AnyMemory:
    secret = Secret(kind="openai", base_url=f"{server.url}/v1", values={"api_key": "sk-test-12345"})
    client = {
        "provider": "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "config": {"model": "gpt-x", "credential": "c1"},
    }
    spec = Component(provider=VECTOR, config={"embedding": client, **config})
    return Builder(StaticSecrets({"c1": secret}), pool).build(spec, Memory)


async def test_embeddings_of_a_server(
    server: ModelServer, pool: ModelClientPool, step: StepContext
) -> None:
    memory = served(server, pool, embedding_model="text-embedding-3-small", k=1)
    await remember(memory, step)
    assert texts(await memory.query(FACTS[1], step)) == [FACTS[1]]

    request = server.requests[-1]
    assert request.path.endswith("/v1/embeddings")
    assert request.body["model"] == "text-embedding-3-small"
    assert request.body["input"] == [FACTS[1]]
    assert request.headers["authorization"] == "Bearer sk-test-12345"


async def test_vectors_of_different_models_are_kept_apart(
    server: ModelServer, pool: ModelClientPool, step: StepContext
) -> None:
    await remember(served(server, pool, embedding_model="one"), step)
    assert not await served(server, pool, embedding_model="two").query(FACTS[0], step)
    assert not await build(VECTOR, pool, Operator()).query(FACTS[0], step)


@pytest.mark.parametrize(
    "data",
    [
        {"data": []},
        {"data": [{"embedding": "x"}]},
        {"data": [{"embedding": []}]},
        {"data": [{"embedding": [1e999]}]},
        {"data": [{"index": 7, "embedding": [1]}]},
        {"error": {"message": "no such model", "code": 404}},
    ],
)
async def test_a_server_without_embeddings_is_a_model_error(
    server: ModelServer, pool: ModelClientPool, step: StepContext, data: Any
) -> None:
    server.raw.append(data)
    server.script.append("text")
    with pytest.raises(ModelError):
        await served(server, pool).query("x", step)


def test_a_client_without_embeddings_is_refused(pool: ModelClientPool) -> None:
    client = {
        "provider": "autogen_ext.models.anthropic.AnthropicChatCompletionClient",
        "config": {"model": "claude-sonnet-4-5", "credential": "c1"},
    }
    with pytest.raises(SpecError, match="no embeddings"):
        build(VECTOR, pool, Operator(), embedding=client)


# Chroma ----------------------------------------------------------------------------------------


async def test_chroma_stays_in_the_operators_folder(
    pool: ModelClientPool, step: StepContext, tmp_path: Path
) -> None:
    need_chroma()
    inside, outside = tmp_path / "in", tmp_path / "out"
    operator = Operator(memory_folder=inside)
    path = f"{inside}/../out"
    await remember(build(CHROMA, pool, operator, persistence_path=path), step)

    assert not outside.exists()
    assert [p.name.startswith("chroma-") for p in inside.iterdir()] == [True]
    again = ModelClientPool()
    found = await build(CHROMA, again, operator, persistence_path=path, k=1).query(FACTS[2], step)
    await again.close()
    assert texts(found) == [FACTS[2]], "it is there for the next process"


def test_chroma_without_a_folder_is_refused(pool: ModelClientPool) -> None:
    need_chroma()
    with pytest.raises(SpecError, match="may not keep files"):
        build(CHROMA, pool, Operator(), persistence_path="/tmp/chroma")


@pytest.mark.parametrize("metric", ["cosine", "l2", "ip"])
async def test_chroma_measures_as_it_says(
    pool: ModelClientPool, step: StepContext, tmp_path: Path, metric: str
) -> None:
    """AutoGen writes the metric where Chroma does not look."""
    need_chroma()
    memory = build(CHROMA, pool, Operator(memory_folder=tmp_path), distance_metric=metric)
    await remember(memory, step)
    found = await memory.query(FACTS[0], step)
    assert (found[0].metadata or {})["score"] == pytest.approx(1, abs=0.01)
    client = (await memory._client())._client  # type: ignore[attr-defined]
    collection = client.get_collection("memory_store", embedding_function=None)
    assert collection.configuration_json["hnsw"]["space"] == metric


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "169.254.169.254", "::1", "10.0.0.1"])
async def test_chroma_reaches_no_private_host_that_is_not_allowed(
    pool: ModelClientPool, step: StepContext, host: str
) -> None:
    need_chroma()
    memory = build(CHROMA, pool, Operator(), client_type="http", host=host)
    with pytest.raises(ToolError) as caught:
        await memory.query("x", step)
    assert isinstance(caught.value, EgressRefused)


async def test_chroma_over_http_reaches_an_allowed_host(
    server: ModelServer, pool: ModelClientPool, step: StepContext
) -> None:
    need_chroma()
    operator = Operator(private_hosts=("127.0.0.0/8",))
    memory = build(CHROMA, pool, operator, client_type="http", host="127.0.0.1", port=server.port)
    with pytest.raises(ToolError, match="Chroma failed"):
        await memory.query("x", step)
    assert server.requests, "it was asked; that it is no Chroma is another matter"


def test_chroma_says_what_it_cannot_embed_with() -> None:
    def problems(function: dict[str, Any]) -> set[str]:
        config = {"client_type": "persistent", "embedding_function_config": function}
        return {p.code for p in validate({"provider": CHROMA, "config": config})}

    assert problems({"function_type": "default"}) == set()
    assert problems({"function_type": "sentence_transformer"}) == {"unsupported_component"}
    assert "inline_secret" in problems({"function_type": "openai", "api_key": "sk-1"})


# The tool --------------------------------------------------------------------------------------


async def test_an_agent_can_remember(pool: ModelClientPool) -> None:
    memory = {"provider": VECTOR, "config": {"collection": "notes", "k": 1}}
    spec = Component(provider="troupe.tools.Remember", config={"memory": memory})
    tool = Builder(StaticSecrets(), pool).build(spec, BaseTool)
    assert (tool.name, tool.effect, tool.side_effects) == ("remember", "idempotent", False)

    context = tool_context()
    for _ in range(2):
        assert await tool.call({"text": FACTS[1]}, context) == "Remembered."
    found = await build(VECTOR, pool, Operator(), collection="notes", k=9).query(
        "invoices", context.step
    )
    assert texts(found) == [FACTS[1]]
    with pytest.raises(ToolError):
        await tool.call({"text": " "}, context)


@pytest.mark.parametrize(
    "provider", ["autogen_ext.memory.mem0.Mem0Memory", "troupe.memory.PgVectorMemory"]
)
def test_other_memories_say_what_to_use(provider: str) -> None:
    (problem,) = validate({"provider": provider, "config": {}}, expect="memory")
    assert problem.code == "unsupported_component"
    assert "vector memory" in problem.detail
