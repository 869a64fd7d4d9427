//! The main job as a user does it: the program itself, Debian's `docker-registry` as the target, and
//! skopeo, which knows nothing of us, to read what arrived.
//!
//! What stands in for ACR Personal is that registry with `policy.repository.classes: [image]`.

mod comparison;
mod edges;
mod five_images;
mod lock;
mod memory;
mod mirror;
mod platforms;
mod policy;
mod referrers;
mod requests;
mod saved;
mod verify;
mod whole;
