//! A book that is gone: removed while a desk is open, or emptied beside its copies.

use std::fs;
use std::path::{Path, PathBuf};

use qiantai::store::Store;

use crate::office::{BOSS, DESK, Office, Speaks, begin_call};
use crate::terminal::{Terminal, until};

/// The parts of the book, moved into a directory of their own.
fn put_away(data: &Path) -> tempfile::TempDir {
    let aside = tempfile::tempdir().expect("a directory");
    for part in parts(data) {
        let name = part.file_name().expect("a name");
        fs::copy(&part, aside.path().join(name)).expect("a copy");
        fs::remove_file(&part).expect("it goes");
    }
    aside
}

fn put_back(aside: &Path, data: &Path) {
    for part in parts(aside) {
        fs::copy(&part, data.join(part.file_name().expect("a name"))).expect("a copy");
    }
}

fn parts(directory: &Path) -> Vec<PathBuf> {
    ["", "-wal", "-shm"]
        .iter()
        .map(|end| directory.join(format!("{}{end}", Store::FILE)))
        .filter(|path| path.exists())
        .collect()
}

#[test]
fn a_desk_whose_file_is_removed_saves_nothing_into_the_void_and_keeps_what_is_typed() {
    for (speaks, words, matter) in [
        (Speaks::Chinese, "没有保存: 数据文件", "厨房水管爆裂"),
        (Speaks::English, "Not saved: the data file", "a pipe burst"),
    ] {
        let office = Office::new(speaks);
        let data = office.path();
        let mut terminal = office.at_work(DESK);
        begin_call(&mut terminal, matter);
        // The draft is on the disk before the file goes.
        until("the draft is written", || {
            let store = Store::open(data, qiantai::desk::kinds::STANDARD).expect("the book opens");
            store
                .drafts(Some(DESK))
                .expect("drafts")
                .iter()
                .any(|draft| draft.body.to_string().contains(matter))
        });
        let aside = put_away(data);
        terminal.press(&["Ctrl+S"]);
        terminal.sees(words);
        terminal.sees(matter);
        assert!(!data.join(Store::FILE).exists(), "no empty book takes its place");
        put_back(aside.path(), data);
        terminal.press(&["Ctrl+S"]);
        terminal.sees("LD-");
        let number = office.numbers("call").pop().expect("the call is saved");
        assert_eq!(office.case(&number)["detail"]["content"], matter);
        assert_eq!(office.by(BOSS, &["doctor"])["ok"], true);
    }
}

#[test]
fn a_book_that_was_emptied_or_is_gone_is_no_new_community_where_copies_lie() {
    for (speaks, words) in [(Speaks::Chinese, "恢复备份"), (Speaks::English, "go back to one")] {
        let office = Office::new(speaks);
        let number = office.open(&["call", "--contact", "李梅", "--set", "content=问车位"]);
        let copy = office.by(BOSS, &["backup"])["file"].as_str().expect("a file").to_owned();
        let data = office.path();
        for empty in [true, false] {
            for part in parts(data) {
                fs::remove_file(part).expect("it goes");
            }
            if empty {
                fs::write(data.join(Store::FILE), "").expect("a file of no length");
            }
            for call in [&["list", "call"][..], &["doctor"]] {
                let output = office.call(DESK, call);
                assert_eq!(
                    output.status.code(),
                    Some(1),
                    "{call:?}: {}",
                    String::from_utf8_lossy(&output.stdout)
                );
                let said = [output.stdout, output.stderr].concat();
                let said = String::from_utf8_lossy(&said);
                assert!(said.contains("restore"), "{call:?}: {said}");
            }
            // Who starts the screen is told before anything is set up.
            let shown = office.data();
            let arguments = ["--data", &shown, "--lang", speaks.tag()];
            let mut terminal = Terminal::start(&arguments, &[("QIANTAI_CONFIG", &shown)], 80, 24);
            terminal.sees(words);
            terminal.press(&["Esc"]);
            terminal.sees(speaks.of("Enter 退出", "Enter quit"));
            terminal.press(&["Enter"]);
            assert!(terminal.wait().success());
        }
        assert!(office.call(BOSS, &["restore", &copy]).status.success());
        assert_eq!(office.case(&number)["contact"], "李梅");
    }
}
