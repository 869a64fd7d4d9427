//! Edits: the lines that are meant are others afterwards, and nothing else.

mod any_text;
mod back_again;
mod layouts;
mod refused;

use pusher::config::edit::{Edited, Keys, Refused, Wish, edit};
use pusher::config::{Input, Variables};
use pusher::model::Text;

/// What was typed behind `pusher`, carried out on a file that may include `images.txt`.
fn typed(line: &str, path: &str, text: &str, list: &str) -> Result<Edited, Refused> {
    let mut words = line.split(' ');
    let command = words.next().unwrap();
    let (mut images, mut keys) = (vec![], Keys::default());
    while let Some(word) = words.next() {
        match word {
            "--platform" => {
                let platforms = words.next().unwrap().split(',').map(str::to_owned);
                keys.platforms.extend(platforms);
            }
            "--target" => keys.target = words.next().map(str::to_owned),
            image => images.push(image.to_owned()),
        }
    }
    let wish = match command {
        "add" => Wish::Add {
            images: &images,
            keys: &keys,
        },
        "remove" => Wish::Remove { names: &images },
        "set" => Wish::Set {
            name: &images[0],
            keys: &keys,
        },
        other => panic!("{other}"),
    };
    let read = |asked: &str| match asked {
        "images.txt" => Ok(list.to_owned()),
        other => Err(Text::verbatim(format!("there is no file `{other}`"))),
    };
    let input = Input {
        path,
        text,
        environment: &Variables::new(),
        read: &read,
        names: &|_| vec![],
    };
    edit(&input, &wish)
}

/// Returns the one file that changes, as it is written.
fn written(line: &str, path: &str, text: &str) -> String {
    match typed(line, path, text, "") {
        Ok(edited) => match edited.files.as_slice() {
            [] => text.to_owned(),
            [file] => file.text.clone(),
            several => panic!("{line}\n{text}\n{several:?}"),
        },
        Err(refused) => panic!("{line}\n{text}\n{refused:?}"),
    }
}
