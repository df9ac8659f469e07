//! The words of both languages: the same keys, the same placeholders, none empty, none written twice,
//! and none missing that the source asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use qiantai::text::lang::{Lang, entries, has, keys, placeholders};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
}

#[test]
fn both_languages_have_the_same_keys_and_placeholders() {
    let words = |lang| entries(lang).collect::<BTreeMap<_, _>>();
    let (zh, en) = (words(Lang::ZhCn), words(Lang::En));
    assert!(zh.len() > 30, "the words were not loaded");
    let mut wrong = Vec::new();
    for key in zh.keys().chain(en.keys()).collect::<BTreeSet<_>>() {
        match (zh.get(key), en.get(key)) {
            (Some(zh), Some(en)) => {
                let names = |words: &'_ str| {
                    placeholders(words).into_iter().map(String::from).collect::<BTreeSet<_>>()
                };
                if names(zh) != names(en) {
                    wrong.push(format!("{key}: placeholders {:?} and {:?}", names(zh), names(en)));
                }
                if zh.trim().is_empty() || en.trim().is_empty() {
                    wrong.push(format!("{key}: empty"));
                }
            }
            (Some(_), None) => wrong.push(format!("{key}: not in English")),
            _ => wrong.push(format!("{key}: not in Chinese")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(keys(Lang::En).count(), en.len());
}

/// Files are merged by key, so a key in two files would silently lose one of its texts.
#[test]
fn no_key_stands_in_two_files() {
    let mut paths = Vec::new();
    files(&root().join("assets/locales"), "toml", &mut paths);
    let mut seen: BTreeMap<(String, String), PathBuf> = BTreeMap::new();
    let mut twice = Vec::new();
    for path in paths {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let lang = stem.rsplit('.').next().unwrap().to_owned();
        assert!(lang.parse::<Lang>().is_ok_and(|l| l.tag() == lang), "{} has no language", path.display());
        let other = Lang::ALL.into_iter().find(|l| l.tag() != lang).unwrap();
        let twin =
            path.with_file_name(format!("{}.{other}.toml", stem.strip_suffix(&format!(".{lang}")).unwrap()));
        assert!(twin.exists(), "{} has no twin {}", path.display(), twin.display());
        let table: toml::Table = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut found = Vec::new();
        flatten("", &toml::Value::Table(table), &mut found);
        for key in found {
            if let Some(first) = seen.insert((lang.clone(), key.clone()), path.clone()) {
                twice.push(format!("{key}: {} and {}", first.display(), path.display()));
            }
        }
    }
    assert!(twice.is_empty(), "{}", twice.join("\n"));
}

fn flatten(prefix: &str, value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            for (name, value) in table {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&key, value, found);
            }
        }
        toml::Value::String(_) => found.push(prefix.to_owned()),
        other => panic!("{prefix} is not a text: {other}"),
    }
}

/// Keys written out as the key argument of a call of `t`, `tr` or `try_t`; computed ones are checked beside
/// the code that computes them.
#[test]
fn keys_in_the_source_exist() {
    let mut paths = Vec::new();
    files(&root().join("src"), "rs", &mut paths);
    // Tests ask for keys that are missing on purpose.
    paths.retain(|path| !path.ends_with("tests.rs"));
    let mut asked = 0;
    let mut missing = Vec::new();
    for path in paths {
        let source = fs::read_to_string(&path).unwrap();
        for key in keys_asked(&source) {
            asked += 1;
            for lang in Lang::ALL {
                if !has(lang, key) {
                    missing.push(format!("{}: {key} ({lang})", path.display()));
                }
            }
        }
    }
    assert!(asked > 0, "the scan finds nothing");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The first literal in the arguments of each call, when it has the form of a key.
fn keys_asked(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for call in ["t(", "tr(", "try_t("] {
        for (at, _) in source.match_indices(call) {
            let word_before = source[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            // Arguments before the key have neither quotes nor the end of a statement.
            let rest = &source[at + call.len()..];
            let Some(quote) = rest.find(['"', ';', '}']) else { continue };
            if word_before || !rest[quote..].starts_with('"') || rest[..quote].ends_with(['!', '(', '#', 'b'])
            {
                continue;
            }
            let Some(key) = rest[quote + 1..].split('"').next() else { continue };
            let is_key = key.contains('.')
                && key.split('.').all(|part| {
                    !part.is_empty()
                        && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
                });
            if is_key {
                found.push(key);
            }
        }
    }
    found
}

#[test]
fn the_scan_sees_keys_and_only_keys() {
    let source = r#"
        t(lang, "a.b", &[]); self.tr("c.d-e"); try_t(Lang::En, "f.g_h", &x); cx.t("i.j");
        print("k.l"); t(lang, &format!("m.{n}"), &[]); t(lang, key, &[("o", "p.q")]); t(x); y("r.s");
    "#;
    let mut found = keys_asked(source);
    found.retain(|key| *key != "o");
    found.sort_unstable();
    assert_eq!(found, ["a.b", "c.d-e", "f.g_h", "i.j"]);
}
