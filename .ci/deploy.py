"""Checks every file below `deploy` against what will read it: the API of Kubernetes, that of Argo Workflows (as Hera's models have
it), and for Nomad the grammar of HCL alone, since its own parser is in Nomad. A file of any other kind is an error: nothing checks it.
"""

import pathlib
import sys

import hcl2
import kubernetes_validate
import yaml
from hera.workflows import models


def lost(given, kept, at="") -> list[str]:
    """Tells what of a document a model has not taken: it has no such field."""
    if isinstance(given, dict) and isinstance(kept, dict):
        return [
            what
            for key, value in given.items()
            for what in (lost(value, kept[key], f"{at}.{key}") if key in kept else [f"{at}.{key}"])
        ]
    if isinstance(given, list) and isinstance(kept, list):
        return [what for i, pair in enumerate(zip(given, kept)) for what in lost(*pair, f"{at}[{i}]")]
    return []


def check(path: pathlib.Path) -> None:
    text = path.read_text()
    if path.suffix == ".hcl":
        (job,) = hcl2.loads(text)["job"]
        assert job, "no job"
        return
    if path.suffix not in (".yaml", ".yml"):
        raise ValueError("nothing checks such a file")
    documents = [document for document in yaml.safe_load_all(text) if document is not None]
    assert documents, "nothing in it"
    for document in documents:
        if document["apiVersion"].startswith("argoproj.io/"):
            kind = getattr(models, document["kind"])
            kept = kind.model_validate(document).model_dump(by_alias=True, exclude_none=True)
            unknown = lost(document, kept)
            assert not unknown, f"no such fields: {', '.join(unknown)}"
        else:
            kubernetes_validate.validate(document, "1.37", strict=True)


failed = False
files = sorted(path for path in pathlib.Path("deploy").rglob("*") if path.is_file())
for path in files:
    try:
        check(path)
    except Exception as error:  # noqa: BLE001 whatever it is, it is told of this file
        print(f"{path}: {getattr(error, 'message', error)}")
        failed = True
print(f"{len(files)} files below deploy")
sys.exit(failed or not files)
