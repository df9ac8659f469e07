//! Keys are named commands, resolved by one keymap: shown in the help, rebindable in the configuration.
//!
//! Every command has a key that a Chinese input method lets through: an F-key, a chord with Ctrl,
//! an arrow, a digit, Tab, Enter or Esc. Single letters are extra, never the only way.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere, also while text is typed.
    Everywhere,
    /// In a list or a case, where digits and letters are free.
    List,
    /// In a form.
    Form,
}

macro_rules! commands {
    ($($variant:ident $id:literal $place:ident [$($key:literal),*] $doc:literal;)*) => {
        /// What a key asks for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Command { $(#[doc = $doc] $variant,)* }

        impl Command {
            /// All commands in the order of the help.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in the configuration; words under `keys.<id>`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),* }
            }

            /// Where it is heard.
            #[must_use]
            pub const fn place(self) -> Place {
                match self { $(Self::$variant => Place::$place),* }
            }

            const fn default_keys(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($key),*]),* }
            }
        }
    };
}

commands! {
    NewCall "new-call" Everywhere ["F2"] "Opens a new call.";
    NewVisit "new-visit" Everywhere ["F3"] "Opens a new visit.";
    ResumeDraft "resume-draft" Everywhere ["F4"] "Takes the latest parked form up again.";
    Help "help" Everywhere ["F1"] "Shows what can be done here.";
    Palette "palette" Everywhere ["Ctrl+K"] "Finds a command by its name.";
    Find "find" Everywhere ["Ctrl+F"] "Finds households and cases.";
    FindHere "find-here" List ["/"] "Finds households and cases, from a list.";
    Tab1 "tab-1" List ["1", "Alt+1"] "Goes to the first tab.";
    Tab2 "tab-2" List ["2", "Alt+2"] "Goes to the second tab.";
    Tab3 "tab-3" List ["3", "Alt+3"] "Goes to the third tab.";
    Tab4 "tab-4" List ["4", "Alt+4"] "Goes to the fourth tab.";
    Tab5 "tab-5" List ["5", "Alt+5"] "Goes to the fifth tab.";
    Tab6 "tab-6" List ["6", "Alt+6"] "Goes to the sixth tab.";
    Tab7 "tab-7" List ["7", "Alt+7"] "Goes to the callbacks.";
    Tab8 "tab-8" List ["8", "Alt+8"] "Goes to the services.";
    Tab9 "tab-9" List ["9", "Alt+9"] "Goes to the households.";
    Tab10 "tab-10" List ["0", "Alt+0"] "Goes to the end of day.";
    NextTab "next-tab" Everywhere ["Ctrl+Right", "Ctrl+PageDown"] "Goes one tab to the right.";
    PreviousTab "previous-tab" Everywhere ["Ctrl+Left", "Ctrl+PageUp"] "Goes one tab to the left.";
    NewHere "new-here" List ["Ctrl+N", "n"] "Opens a new case of this tab's kind.";
    Slot1 "slot-1" List ["F5"] "Does the first action offered.";
    Slot2 "slot-2" List ["F6"] "Does the second action offered.";
    Slot3 "slot-3" List ["F7"] "Does the third action offered.";
    Slot4 "slot-4" List ["F8"] "Does the fourth action offered.";
    Slot5 "slot-5" List ["F9"] "Does the fifth action offered.";
    Slot6 "slot-6" List ["F10"] "Does the sixth action offered.";
    Slot7 "slot-7" List ["F11"] "Does the seventh action offered.";
    Actions "actions" List ["F12", "Ctrl+A"] "Shows all actions of the case, refused ones with the reason.";
    Household "household" List ["Ctrl+U", "h"] "Shows the household of the case.";
    Reveal "reveal" List ["Ctrl+Z"] "Shows the telephone numbers of the household in full; this is recorded.";
    NextFilter "next-filter" List ["Tab"] "Shows another part of the list.";
    PreviousFilter "previous-filter" List ["BackTab"] "Shows the part of the list before.";
    Plan "plan" List ["Ctrl+Y"] "Shows what is free of what is lent or booked.";
    Print "print" List ["Ctrl+P"] "Prints the case, household or day at hand.";
    Sign "sign" List ["F10"] "Signs the day off.";
    Save "save" Form ["Ctrl+S"] "Saves the form.";
    Park "park" Form ["Ctrl+P"] "Puts the form aside with everything typed.";
    AddLine "add-line" Form ["Ctrl+N"] "Adds a line.";
    DeleteLine "delete-line" Form ["Ctrl+D"] "Takes the line away.";
    Back "back" Form ["Esc"] "Goes back.";
    SignIn "sign-in" List ["Ctrl+W"] "Signs in to one's shift, or shows the one under way.";
    Lock "lock" Everywhere ["Ctrl+L"] "Changes the operator.";
    Language "language" Everywhere ["Ctrl+T"] "Switches between Chinese and English.";
    Refresh "refresh" Everywhere ["Ctrl+R"] "Reads everything again.";
    Phrases "phrases" Everywhere ["Ctrl+G"] "Shows the courtesy phrases.";
    Settings "settings" Everywhere ["Ctrl+E"] "Shows the settings.";
    Reports "reports" List ["Ctrl+V"] "Shows the reports of a day, month, quarter or year.";
    Import "import" Everywhere ["Ctrl+O"] "Imports a roster of households.";
    Export "export" List ["Ctrl+S"] "Writes the list as a file for other programs.";
    CheckCode "check-code" List ["Ctrl+B"] "Checks a pass by its code.";
    Copies "copies" List ["Ctrl+X"] "Shows the copies of the book, and examines it.";
    Quit "quit" Everywhere ["Ctrl+Q"] "Leaves the program.";
}

impl Command {
    /// The keys of the actions that a case offers, in order.
    pub const SLOTS: [Self; 7] =
        [Self::Slot1, Self::Slot2, Self::Slot3, Self::Slot4, Self::Slot5, Self::Slot6, Self::Slot7];

    /// The keys of the lines of a choice that come after those with a digit, in order.
    pub const LINES: [Self; 8] = [
        Self::Slot1,
        Self::Slot2,
        Self::Slot3,
        Self::Slot4,
        Self::Slot5,
        Self::Slot6,
        Self::Slot7,
        Self::Actions,
    ];

    const TABS: [Self; 10] = [
        Self::Tab1,
        Self::Tab2,
        Self::Tab3,
        Self::Tab4,
        Self::Tab5,
        Self::Tab6,
        Self::Tab7,
        Self::Tab8,
        Self::Tab9,
        Self::Tab10,
    ];

    /// Which slot of a case's actions it is.
    #[must_use]
    pub fn slot(self) -> Option<usize> {
        Self::SLOTS.iter().position(|slot| *slot == self)
    }

    /// Which tab it goes to, counted from 0.
    #[must_use]
    pub fn tab(self) -> Option<usize> {
        Self::TABS.iter().position(|tab| *tab == self)
    }

    /// The command of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.id() == id)
    }
}

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Chord {
    /// Reads `Ctrl+K`, `Alt+1`, `F5`, `Esc`, `PageDown`, `/`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text.trim();
        while let Some((head, tail)) = rest.split_once('+').filter(|(_, tail)| !tail.is_empty()) {
            modifiers |= match head.trim().to_ascii_lowercase().as_str() {
                "ctrl" => KeyModifiers::CONTROL,
                "alt" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return None,
            };
            rest = tail;
        }
        let rest = rest.trim();
        let named = match rest.to_ascii_lowercase().as_str() {
            "esc" => Some(KeyCode::Esc),
            "enter" => Some(KeyCode::Enter),
            "tab" => Some(KeyCode::Tab),
            "backtab" => Some(KeyCode::BackTab),
            "space" => Some(KeyCode::Char(' ')),
            "up" => Some(KeyCode::Up),
            "down" => Some(KeyCode::Down),
            "left" => Some(KeyCode::Left),
            "right" => Some(KeyCode::Right),
            "home" => Some(KeyCode::Home),
            "end" => Some(KeyCode::End),
            "pageup" => Some(KeyCode::PageUp),
            "pagedown" => Some(KeyCode::PageDown),
            "insert" => Some(KeyCode::Insert),
            "delete" => Some(KeyCode::Delete),
            "backspace" => Some(KeyCode::Backspace),
            _ => None,
        };
        let function = || {
            let number: u8 = rest.strip_prefix(['F', 'f'])?.parse().ok()?;
            (1..=12).contains(&number).then_some(KeyCode::F(number))
        };
        let single = || {
            let mut chars = rest.chars();
            let c = chars.next()?;
            chars.next().is_none().then_some(KeyCode::Char(c.to_ascii_lowercase()))
        };
        let code = named.or_else(function).or_else(single)?;
        Some(Self { code, modifiers })
    }

    fn hit(self, key: &KeyEvent) -> bool {
        let plain = match key.code {
            // Full-width digits and slashes come from an input method; Ctrl chords may come as capitals.
            KeyCode::Char(c) => {
                let text = crate::text::plain::plain(c.encode_utf8(&mut [0; 4]));
                KeyCode::Char(text.chars().next().unwrap_or(c).to_ascii_lowercase())
            }
            code => code,
        };
        let mut modifiers = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        if matches!(plain, KeyCode::Char(_) | KeyCode::BackTab) {
            modifiers -= KeyModifiers::SHIFT;
        }
        plain == self.code && modifiers == self.modifiers
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("Ctrl+")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt+")?;
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            f.write_str("Shift+")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.modifiers.is_empty() => write!(f, "{c}"),
            KeyCode::Char(c) => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::F(number) => write!(f, "F{number}"),
            KeyCode::BackTab => f.write_str("Shift+Tab"),
            KeyCode::PageUp => f.write_str("PageUp"),
            KeyCode::PageDown => f.write_str("PageDown"),
            code => write!(f, "{code:?}"),
        }
    }
}

/// Why a key of the configuration is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// There is no such action.
    #[error("[keys] has no action {0:?}; docs/keys.md lists them")]
    Unknown(String),
    /// That is no key.
    #[error("[keys] {action}: {key:?} is no key; write F5, Ctrl+K, Alt+1, Esc …")]
    NoKey {
        /// The action.
        action: String,
        /// What was written.
        key: String,
    },
    /// Two actions would share a key.
    #[error("[keys] {key} is given to {first} and to {second}; give one of them another key")]
    Twice {
        /// The key.
        key: String,
        /// The one action.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

/// Which key asks for which command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bound: Vec<(Command, Vec<Chord>)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let chords =
            |command: Command| command.default_keys().iter().filter_map(|key| Chord::parse(key)).collect();
        Self { bound: Command::ALL.iter().map(|command| (*command, chords(*command))).collect() }
    }
}

impl Keymap {
    /// The default keys with those of a configuration table put over them.
    ///
    /// # Errors
    /// An unknown action, something that is no key, or a key given twice where both would be heard.
    pub fn from_table(table: &toml::Table) -> Result<Self, KeyProblem> {
        let mut map = Self::default();
        for (id, value) in table {
            let command = Command::from_id(id).ok_or_else(|| KeyProblem::Unknown(id.clone()))?;
            let written: Vec<String> = match value {
                toml::Value::String(key) => vec![key.clone()],
                toml::Value::Array(keys) => keys
                    .iter()
                    .map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned))
                    .collect(),
                other => vec![other.to_string()],
            };
            let chords = written
                .iter()
                .map(|key| {
                    Chord::parse(key)
                        .ok_or_else(|| KeyProblem::NoKey { action: id.clone(), key: key.clone() })
                })
                .collect::<Result<Vec<_>, _>>()?;
            if let Some(bound) = map.bound.iter_mut().find(|(known, _)| *known == command) {
                bound.1 = chords;
            }
        }
        map.check()?;
        Ok(map)
    }

    fn check(&self) -> Result<(), KeyProblem> {
        for (index, (first, chords)) in self.bound.iter().enumerate() {
            for (second, others) in &self.bound[index + 1..] {
                if !clash(*first, *second) {
                    continue;
                }
                if let Some(chord) = chords.iter().find(|chord| others.contains(chord)) {
                    return Err(KeyProblem::Twice {
                        key: chord.to_string(),
                        first: first.id(),
                        second: second.id(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The command of a key at a place.
    #[must_use]
    pub fn resolve(&self, key: &KeyEvent, place: Place) -> Option<Command> {
        self.bound
            .iter()
            .filter(|(command, _)| {
                command.place() == place || (place != Place::Everywhere && *command == Command::Back)
            })
            .find(|(_, chords)| chords.iter().any(|chord| chord.hit(key)))
            .map(|(command, _)| *command)
    }

    /// Whether a key asks for this command.
    #[must_use]
    pub fn is(&self, key: &KeyEvent, command: Command) -> bool {
        self.bound
            .iter()
            .any(|(known, chords)| *known == command && chords.iter().any(|chord| chord.hit(key)))
    }

    /// The key of a command, as people know it.
    #[must_use]
    pub fn label(&self, command: Command) -> String {
        let chords =
            self.bound.iter().find(|(known, _)| *known == command).map_or(&[][..], |(_, chords)| chords);
        chords.first().map(ToString::to_string).unwrap_or_default()
    }

    /// All keys of a command.
    #[must_use]
    pub fn labels(&self, command: Command) -> Vec<String> {
        let chords =
            self.bound.iter().find(|(known, _)| *known == command).map_or(&[][..], |(_, chords)| chords);
        chords.iter().map(ToString::to_string).collect()
    }
}

/// Whether both commands would hear the same key. Signing a day and the sixth action of a case are
/// never offered on the same screen; a form and a list never take keys at the same time.
fn clash(a: Command, b: Command) -> bool {
    if matches!((a, b), (Command::Slot6, Command::Sign)) {
        return false;
    }
    a.place() == b.place() || a.place() == Place::Everywhere || b.place() == Place::Everywhere
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_keys_do_not_clash() {
        Keymap::default().check().unwrap();
        assert!(Command::ALL.iter().all(|command| !Keymap::default().label(*command).is_empty()));
    }

    #[test]
    fn every_command_has_a_key_that_an_input_method_lets_through() {
        for command in Command::ALL {
            let reachable = command.default_keys().iter().filter_map(|key| Chord::parse(key)).any(|chord| {
                !matches!(chord.code, KeyCode::Char(c) if chord.modifiers.is_empty() && !c.is_ascii_digit())
            });
            // Finding from a list is also Ctrl+F, everywhere.
            assert!(reachable || *command == Command::FindHere, "{}", command.id());
        }
    }

    #[test]
    fn keys_are_written_as_they_are_read() {
        for key in ["F5", "Ctrl+K", "Alt+1", "Esc", "Tab", "PageUp", "/", "Ctrl+Right"] {
            assert_eq!(Chord::parse(key).unwrap().to_string(), key);
        }
        for wrong in ["", "F13", "Hyper+K", "Ctrl+", "abc"] {
            assert_eq!(Chord::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn full_width_digits_are_keys_too() {
        let key = KeyEvent::new(KeyCode::Char('３'), KeyModifiers::NONE);
        assert_eq!(Keymap::default().resolve(&key, Place::List), Some(Command::Tab3));
    }

    #[test]
    fn a_configuration_rebinds_or_says_what_is_wrong() {
        let table = |text: &str| toml::from_str::<toml::Table>(text).unwrap();
        let map = Keymap::from_table(&table("new-call = 'F8'\nslot-4 = 'Alt+B'")).unwrap();
        assert_eq!(map.label(Command::NewCall), "F8");
        assert!(matches!(Keymap::from_table(&table("fly = 'F8'")), Err(KeyProblem::Unknown(_))));
        assert!(matches!(Keymap::from_table(&table("help = 'Hyper+X'")), Err(KeyProblem::NoKey { .. })));
        assert!(matches!(Keymap::from_table(&table("help = 'F2'")), Err(KeyProblem::Twice { .. })));
    }
}
