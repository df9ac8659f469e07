//! Typst, shut in: what a template can see and how long it may take.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashSet};
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, IntoValue as _};
use typst::syntax::{FileId, RootedPath, Source, Span, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World, WorldExt as _};
use typst_kit::fonts::FontStore;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use super::engine::Pdf;
use super::templates::{self, Text};
use super::{Fault, PaperError, What, fonts};
use crate::text::lang::{self, Lang};
use crate::text::plain::harmless_lines;

mod spelled;

/// How long an edited template may take. A built-in one may take what its data takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Deeply nested content is laid out recursively.
const STACK: usize = 64 << 20;

/// Compiled parts that were not used by so many documents are let go.
const KEPT: usize = 4;

/// Edited templates that did not end, by their text: they are not tried a second time, for the thread that
/// runs one can't be stopped.
static ENDLESS: LazyLock<Mutex<HashSet<u64>>> = LazyLock::new(Mutex::default);

/// Lays out `data` by a template; see [`super::engine::Engine::render`].
pub(super) fn press(
    edited: Option<&Path>,
    template: &str,
    mut data: Value,
    lang: Lang,
) -> Result<Pdf, PaperError> {
    if templates::built_in(template).is_none() {
        return Err(PaperError::NoTemplate(template.to_owned()));
    }
    each_text(&mut data, &mut |text| {
        if let std::borrow::Cow::Owned(clean) = harmless_lines(text) {
            *text = clean;
        }
    });
    let (texts, mut faults) = edited.map_or_else(|| (templates::plain(), Vec::new()), templates::edited);
    if let Some(file) = texts.iter().find_map(|text| text.file.clone()) {
        let key = key(template, &texts);
        let known = ENDLESS.lock().unwrap_or_else(PoisonError::into_inner).contains(&key);
        let fault = if known {
            endless(file)
        } else {
            match attempt(template, texts, data.clone(), lang, Some(PATIENCE)) {
                Attempt::Done(pdf) => return Ok(Pdf { faults, ..pdf }),
                Attempt::Faulty(fault) => fault,
                Attempt::Endless => {
                    ENDLESS.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
                    endless(file)
                }
                Attempt::Broken => Fault { file, line: None, what: What::Typst("panic".to_owned()) },
            }
        };
        faults.push(fault);
    }
    match attempt(template, templates::plain(), data, lang, None) {
        Attempt::Done(pdf) => Ok(Pdf { faults, ..pdf }),
        Attempt::Faulty(fault) => Err(PaperError::Template(fault)),
        Attempt::Endless | Attempt::Broken => Err(PaperError::Broken),
    }
}

fn endless(file: PathBuf) -> Fault {
    Fault { file, line: None, what: What::Endless(PATIENCE.as_secs()) }
}

fn key(template: &str, texts: &[Text]) -> u64 {
    let mut hasher = DefaultHasher::new();
    template.hash(&mut hasher);
    for text in texts.iter().filter(|text| text.file.is_some()) {
        (text.name, &text.text).hash(&mut hasher);
    }
    hasher.finish()
}

/// How one attempt ended.
enum Attempt {
    Done(Pdf),
    Faulty(Fault),
    Endless,
    Broken,
}

/// Lays out on a thread with a stack of its own, and waits for it.
fn attempt(template: &str, texts: Vec<Text>, data: Value, lang: Lang, patience: Option<Duration>) -> Attempt {
    let (tell, told) = mpsc::channel();
    let template = template.to_owned();
    let work = thread::Builder::new().name("paper".to_owned()).stack_size(STACK).spawn(move || {
        let done = lay_out(&template, &texts, data, lang);
        typst::comemo::evict(KEPT);
        // Nobody listens any more to what came too late.
        drop(tell.send(done));
    });
    if work.is_err() {
        return Attempt::Broken;
    }
    let told = match patience {
        Some(patience) => told.recv_timeout(patience),
        None => told.recv().map_err(|_| RecvTimeoutError::Disconnected),
    };
    match told {
        Ok(Ok(pdf)) => Attempt::Done(pdf),
        Ok(Err(fault)) => Attempt::Faulty(fault),
        Err(RecvTimeoutError::Timeout) => Attempt::Endless,
        // The thread ended in a panic.
        Err(RecvTimeoutError::Disconnected) => Attempt::Broken,
    }
}

fn lay_out(template: &str, texts: &[Text], mut data: Value, lang: Lang) -> Result<Pdf, Fault> {
    let mut characters: BTreeSet<char> = texts.iter().flat_map(|text| text.text.chars()).collect();
    each_text(&mut data, &mut |text| characters.extend(text.chars()));
    let fonts = fonts::choose(characters.into_iter());
    let mut missing = BTreeSet::new();
    each_text(&mut data, &mut |text| {
        if text.contains(|c| fonts.missing.contains(&c)) {
            missing.extend(text.chars().filter(|c| fonts.missing.contains(c)));
            *text = text.replace(|c| fonts.missing.contains(&c), &fonts::MISSING.to_string());
        }
    });
    let bare = Bare::new(template, texts, &data, lang, fonts.store);
    let fault = |errors: &[SourceDiagnostic]| bare.fault(template, texts, errors);
    let document = typst::compile::<PagedDocument>(&bare).output.map_err(|errors| fault(&errors))?;
    // Tags are for readers of screens; some printers' viewers complain about them.
    let options = PdfOptions { tagged: false, ..PdfOptions::default() };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|errors| fault(&errors))?;
    let pages = document.pages().iter().map(|page| spelled::page(&page.frame, &mut missing)).collect();
    Ok(Pdf { bytes, pages, missing: missing.into_iter().collect(), faults: Vec::new() })
}

/// Hands every string of a value to `with`, keys excepted: those are the program's own.
fn each_text(value: &mut Value, with: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => with(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, with)),
        Value::Object(values) => values.values_mut().for_each(|value| each_text(value, with)),
        _ => {}
    }
}

/// All that a template can see.
struct Bare {
    library: &'static LazyHash<Library>,
    fonts: FontStore,
    main: FileId,
    sources: Vec<Source>,
    files: Vec<(FileId, Bytes)>,
}

impl Bare {
    fn new(template: &str, texts: &[Text], data: &Value, lang: Lang, fonts: FontStore) -> Self {
        let source = |text: &Text| Source::new(id(&format!("/{}.typ", text.name)), text.text.clone());
        Self {
            library: library(lang),
            fonts,
            main: id(&format!("/{template}.typ")),
            sources: texts.iter().map(source).collect(),
            files: vec![
                (id("/data.json"), Bytes::from_string(data.to_string())),
                (id("/words.json"), words(lang).clone()),
            ],
        }
    }

    /// The first error as file, line and sentence. What a call in a template led to is laid to that call.
    fn fault(&self, template: &str, texts: &[Text], errors: &[SourceDiagnostic]) -> Fault {
        let Some(error) = errors.first() else {
            return Fault { file: template.into(), line: None, what: What::Typst(String::new()) };
        };
        let in_source = |id: Option<FileId>| id.and_then(|id| self.sources.iter().find(|s| s.id() == id));
        let line = |source: &Source, range: Option<std::ops::Range<usize>>| {
            range.and_then(|range| source.lines().byte_to_line(range.start)).map(|line| line + 1)
        };
        let own = in_source(error.span.id()).map(|source| (source, line(source, self.range(error.span))));
        let call = |span: Span| in_source(span.id()).map(|source| (source, line(source, self.range(span))));
        let place = own.or_else(|| error.trace.iter().find_map(|point| call(point.span)));
        let named =
            place.map_or(template, |(source, _)| source.id().get().vpath().file_stem().unwrap_or(template));
        let edited = texts.iter().find(|text| text.name == named).and_then(|text| text.file.clone());
        let mut sentence = error.message.to_string();
        for hint in &error.hints {
            sentence.push_str("; ");
            sentence.push_str(&hint.v);
        }
        Fault {
            file: edited.unwrap_or_else(|| format!("{named}.typ").into()),
            line: place.and_then(|(_, line)| line),
            what: What::Typst(sentence),
        }
    }
}

impl World for Bare {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.iter().find(|source| source.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, bytes)| bytes.clone())
            .ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<typst::foundations::Duration>) -> Option<Datetime> {
        None
    }
}

/// A file that is in no directory of the machine.
fn id(path: &str) -> FileId {
    // The paths are this file's own and plain.
    let path = VirtualPath::new(path).expect("a plain path");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// Typst's own definitions, with the language.
fn library(lang: Lang) -> &'static LazyHash<Library> {
    static ZH: OnceLock<LazyHash<Library>> = OnceLock::new();
    static EN: OnceLock<LazyHash<Library>> = OnceLock::new();
    let kept = match lang {
        Lang::ZhCn => &ZH,
        Lang::En => &EN,
    };
    kept.get_or_init(|| {
        let mut inputs = Dict::new();
        inputs.insert("lang".into(), lang.tag().into_value());
        LazyHash::new(Library::builder().with_inputs(inputs).build())
    })
}

/// The words of a language under `paper.`, as a tree.
fn words(lang: Lang) -> &'static Bytes {
    static ZH: OnceLock<Bytes> = OnceLock::new();
    static EN: OnceLock<Bytes> = OnceLock::new();
    let kept = match lang {
        Lang::ZhCn => &ZH,
        Lang::En => &EN,
    };
    kept.get_or_init(|| {
        let mut tree = Map::new();
        for (key, words) in lang::entries(lang) {
            let Some(path) = key.strip_prefix("paper.") else { continue };
            plant(&mut tree, path, &words);
        }
        Bytes::from_string(Value::Object(tree).to_string())
    })
}

fn plant(tree: &mut Map<String, Value>, path: &str, words: &str) {
    match path.split_once('.') {
        None => drop(tree.insert(path.to_owned(), words.into())),
        Some((head, rest)) => {
            if let Value::Object(branch) = tree.entry(head).or_insert_with(|| Map::new().into()) {
                plant(branch, rest, words);
            }
        }
    }
}
