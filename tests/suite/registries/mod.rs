//! Registries: the sandbox and Debian's `docker-registry` answer alike.

mod skopeo;
