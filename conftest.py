"""README, docs and docstrings run as tests: what they show is what happens."""

from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

pytest_collect_file = (
    Sybil(parsers=[PythonCodeBlockParser(), SkipParser()], patterns=["README.md", "docs/*.md"])
    + Sybil(
        parsers=[DocTestParser()],
        patterns=["src/okuzuke/**/*.py"],
        document_types={".py": PythonDocStringDocument},
    )
).pytest()
