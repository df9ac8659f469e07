//! Template and data in, PDF out.
//!
//! A template is named by its file: `engine.render("work-order", &data, lang)` lays out
//! `assets/forms/work-order.typ`, or the office's file of that name. In it
//!
//! - `json("/data.json")` is the data, strings made harmless;
//! - `json("/words.json")` are the words of the language under `paper.`, as a tree;
//! - `sys.inputs.lang` is `zh-CN` or `en`;
//! - `/common.typ` and every other built-in template can be imported; nothing else can be read.

use std::path::PathBuf;

use serde::Serialize;

use super::{Fault, PaperError};
use crate::text::lang::Lang;

/// A laid-out document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// The text of each page, lines as they stand on it: what a preview shows.
    pub pages: Vec<String>,
    /// Characters for which no font has a glyph; `□` stands in their place.
    pub missing: Vec<char>,
    /// What is wrong with edited templates. The built-in ones were used instead.
    pub faults: Vec<Fault>,
}

/// Lays out documents. Fonts and compiled parts are kept for the life of the process, whichever engine asks.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    edited: Option<PathBuf>,
}

impl Engine {
    /// An engine that prefers the templates in this directory to the built-in ones of the same name.
    #[must_use]
    pub fn new(edited: Option<PathBuf>) -> Self {
        Self { edited }
    }

    /// Lays out `data` by the template of that name.
    ///
    /// An edited template with a fault is reported in [`Pdf::faults`] and the built-in one used. Takes 10 to
    /// 40 ms, the first time of a process some more; a data set of thousands of rows takes seconds: call it
    /// beside the screen.
    ///
    /// # Errors
    /// There is no such template, the built-in one can't be laid out with this data, or the program was built
    /// without printing.
    pub fn render(&self, template: &str, data: &impl Serialize, lang: Lang) -> Result<Pdf, PaperError> {
        let data = serde_json::to_value(data)?;
        self.press(template, data, lang)
    }

    #[cfg(feature = "print")]
    fn press(&self, template: &str, data: serde_json::Value, lang: Lang) -> Result<Pdf, PaperError> {
        super::press::press(self.edited.as_deref(), template, data, lang)
    }

    #[cfg(not(feature = "print"))]
    fn press(&self, _: &str, _: serde_json::Value, _: Lang) -> Result<Pdf, PaperError> {
        let _ = &self.edited;
        Err(PaperError::NotBuilt)
    }
}
