"""Ask the model: the one place that knows pydantic-ai, an extra that is imported only when it is switched on."""

from __future__ import annotations

from contextlib import AsyncExitStack
from importlib.util import find_spec
from types import TracebackType
from typing import Any

from include.detect.llm.answer import INSTRUCTIONS, ModelAnswer, make_prompt
from include.errors import ConfigError
from include.records import Document
from include.settings import Settings

SECONDS_PER_CALL = 60.0
_MAX_TOKENS = 4_000  # of an answer
INSTALL = "python -m pip install -e '.[llm]'"


class AskFailed(Exception):
    """One question got no usable answer; the text is a short code: timeout, http-500, invalid-answer ..."""


def check_llm(settings: Settings) -> None:
    """Raise ConfigError where a model is switched on and cannot be asked. Asks nothing."""
    if settings.llm == "off":
        return
    if find_spec("pydantic_ai") is None:
        raise ConfigError(f"DEPARTURES_LLM={settings.llm}: needs an extra that is not installed; {INSTALL}")
    if not settings.llm_model:
        raise ConfigError(
            f"DEPARTURES_LLM={settings.llm}: set DEPARTURES_LLM_MODEL to provider:model (as openai:gpt-5), "
            "or to a name that the endpoint in DEPARTURES_LLM_BASE_URL knows"
        )
    if settings.llm_base_url and not settings.llm_base_url.startswith(("http://", "https://")):
        raise ConfigError(f"DEPARTURES_LLM_BASE_URL={settings.llm_base_url!r}: an http or https address is expected")
    _make_model(settings)


class Asker:
    """Asks one model, in one event loop: `async with Asker(settings) as asker: await asker.ask(document)`."""

    def __init__(self, settings: Settings, seconds: float = SECONDS_PER_CALL) -> None:
        self._settings, self._seconds = settings, seconds
        self._stack = AsyncExitStack()
        self._agent: Any = None

    async def __aenter__(self) -> Asker:
        from pydantic_ai import Agent

        model, client = _make_model(self._settings)
        if client is not None:
            await self._stack.enter_async_context(client)
        self._agent = Agent(
            model,
            output_type=ModelAnswer,
            instructions=INSTRUCTIONS,
            retries=0,
            model_settings={"max_tokens": _MAX_TOKENS, "temperature": 0.0, "timeout": self._seconds},
        )
        await self._stack.enter_async_context(self._agent)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def ask(self, document: Document) -> ModelAnswer:
        """The model's answer for one article, in the right form but not believed. Raises AskFailed."""
        import asyncio

        from pydantic_ai.usage import UsageLimits

        try:
            async with asyncio.timeout(self._seconds):  # also for an answer that comes drop by drop
                result = await self._agent.run(make_prompt(document), usage_limits=UsageLimits(request_limit=1))
        except Exception as error:  # a provider's library raises what it likes; the rules' result stands
            raise AskFailed(_name_failure(error)) from error
        answer: ModelAnswer = result.output
        return answer


def _name_failure(error: Exception) -> str:
    """A code that holds nothing of the answer: a provider's error may repeat the key."""
    from pydantic_ai.exceptions import ModelAPIError, UnexpectedModelBehavior

    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return f"http-{status}"
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return "timeout"
    if isinstance(error, UnexpectedModelBehavior):
        return "invalid-answer"
    if isinstance(error, ModelAPIError):
        return "no-connection"
    return type(error).__name__


def _make_model(settings: Settings) -> tuple[Any, Any]:
    """The model, and the client to close after use. One question is one call: the client never tries again itself."""
    try:
        if settings.llm_base_url:
            return _make_compatible(settings)
        from pydantic_ai.models import infer_model
        from pydantic_ai.providers import infer_provider, infer_provider_class

        def make_provider(name: str) -> Any:
            provider_class: Any = infer_provider_class(name)
            return provider_class(api_key=settings.llm_api_key) if settings.llm_api_key else infer_provider(name)

        return infer_model(settings.llm_model, make_provider), None
    except Exception as error:  # an unknown provider, its library or key missing: each raises another class
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ConfigError(f"DEPARTURES_LLM_MODEL={settings.llm_model!r}: {first}") from error


def _make_compatible(settings: Settings) -> tuple[Any, Any]:
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    client = AsyncOpenAI(base_url=settings.llm_base_url, api_key=settings.llm_api_key or "none", max_retries=0)
    provider = OpenAICompatibleProvider("endpoint", openai_client=client)
    return OpenAIChatModel(settings.llm_model, provider=provider), client
