//! What the sandbox has beyond `docker-registry`.
