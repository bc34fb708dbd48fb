"""Products, models and programmes: names that look like an organisation's and that nobody works for."""

from __future__ import annotations

from pathlib import Path

from include.errors import ConfigError
from include.knowledge.wordlists import read_texts
from include.knowledge.yamlfile import check_keys, read_yaml

PRODUCTS = Path(__file__).with_name("products.yaml")


def load_products(path: Path = PRODUCTS) -> list[str]:
    """Their names as the press of any language writes them.

    Raises ConfigError with file and line, also for a name that stands twice.
    """
    content = check_keys(path, read_yaml(path), ("products",))
    names = read_texts(path, content, "products")
    if wrong := next((name for name in names if names.count(name) > 1), None):
        raise ConfigError(f"{path}:{content.key_lines['products']}: products: {wrong!r} stands twice; remove one")
    return names
