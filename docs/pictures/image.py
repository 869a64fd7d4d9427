#!/usr/bin/env python3
"""Writes an image for two platforms as an OCI layout: image.py DIR NAME MIB…

The same arguments make the same bytes.
"""
import gzip
import hashlib
import io
import json
import pathlib
import random
import sys
import tarfile

folder, name, *sizes = sys.argv[1:]
blobs = pathlib.Path(folder, "blobs", "sha256")
blobs.mkdir(parents=True)


def put(data, media_type, **more):
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data), **more}


def put_json(value, kind, **more):
    media_type = f"application/vnd.oci.image.{kind}+json"
    return put(json.dumps(value).encode(), media_type, **more)


def layer(seed, mib):
    data = random.Random(seed).randbytes(int(float(mib) * 1024 * 1024))
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        entry = tarfile.TarInfo("data")
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    tar_bytes = packed.getvalue()
    descriptor = put(gzip.compress(tar_bytes, 0, mtime=0), "application/vnd.oci.image.layer.v1.tar+gzip")
    return descriptor, "sha256:" + hashlib.sha256(tar_bytes).hexdigest()


def image(architecture):
    # The first layer is the base, which images of one platform share.
    seeds = [f"{architecture} {mib}" if at == 0 else f"{architecture} {name} {at} {mib}" for at, mib in enumerate(sizes)]
    layers = [layer(seed, mib) for seed, mib in zip(seeds, sizes)]
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": put_json(config, "config.v1"),
        "layers": [descriptor for descriptor, _ in layers],
    }
    return put_json(manifest, "manifest.v1", platform={"architecture": architecture, "os": "linux"})


index = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.index.v1+json",
    "manifests": [image("amd64"), image("arm64")],
}
top = put_json(index, "index.v1", annotations={"org.opencontainers.image.ref.name": "new"})
pathlib.Path(folder, "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [top]}))
pathlib.Path(folder, "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
