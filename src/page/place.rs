//! Where something is declared: a file beside the mirror's own, by its path; of any other its name alone. Where that lies
//! on a machine is not for everyone.

use crate::plan::DeclaredAt;
use crate::render::sanitize;

/// Returns the file and the line.
pub(super) fn place(origin: &DeclaredAt) -> String {
    let DeclaredAt { file, line } = origin;
    let leads_out = |file: &str| {
        let is_drive = file.as_bytes().get(1) == Some(&b':');
        let is_rooted = file.starts_with(['/', '\\', '~']) || is_drive;
        is_rooted || file.split(['/', '\\']).any(|part| part == "..")
    };
    let told = if leads_out(file) {
        file.rsplit(['/', '\\']).next().unwrap_or_default()
    } else {
        file
    };
    sanitize::excerpt(&format!("{told}:{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_beside_the_mirrors_own_are_told_by_their_path() {
        for (file, told) in [
            ("images.txt", "images.txt:7"),
            ("teams/a/images.txt", "teams/a/images.txt:7"),
            ("/home/me/images.txt", "images.txt:7"),
            ("../else/where/images.txt", "images.txt:7"),
            ("a/../../b/images.txt", "images.txt:7"),
            ("C:\\Users\\me\\images.txt", "images.txt:7"),
        ] {
            let file = file.into();
            assert_eq!(place(&DeclaredAt { file, line: 7 }), told);
        }
    }
}
