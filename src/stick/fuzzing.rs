//! The readers of a stick's texts, for the fuzzer in `fuzz/` (`--cfg fuzzing`).

use super::layout::{self, List};

/// Reads a text as each of those that a layout has.
pub fn layout(text: &[u8]) {
    let _ = layout::is_layout(text);
    if let Ok(entries) = layout::read_index(text) {
        let again = layout::index(&entries);
        let read = layout::read_index(again.as_bytes());
        assert!(
            read.is_ok_and(|read| read == entries),
            "it is read back as it was"
        );
    }
    if let Ok(list) = List::read(text) {
        assert!(List::read(list.text().as_bytes()).is_ok());
    }
    let _ = layout::layers(text);
    let _ = layout::media_type_of(text);
}

/// Looks through a tar.
pub fn tar(bytes: &[u8]) {
    super::tape::look_through(bytes);
}
