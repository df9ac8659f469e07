//! Colours by meaning. A colour never says anything alone: a mark or word says the same.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    Text,
    /// Less important text.
    Dim,
    /// Titles.
    Title,
    /// Something to notice.
    Accent,
    /// Its time has passed.
    Overdue,
    /// Its time is near.
    DueSoon,
    /// Waits for others.
    Waiting,
    /// Done.
    Done,
    /// A problem with what was typed or asked for.
    Error,
    /// The chosen row.
    Selected,
    /// The active tab.
    TabActive,
    /// A frame.
    Frame,
    /// The frame of the part that takes the keys.
    FrameFocused,
    /// A field.
    Field,
    /// The field being typed into.
    FieldFocused,
    /// A key on the line of keys.
    Key,
}

/// A set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// True colours on dark.
    Dark,
    /// True colours on light.
    Light,
    /// The terminal's own 16 colours.
    Ansi,
    /// No colours at all.
    Mono,
}

impl Theme {
    /// All themes.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::Ansi, Self::Mono];

    /// The name in the configuration.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Ansi => "16",
            Self::Mono => "mono",
        }
    }

    /// The theme of that name; else the one that fits the terminal. `NO_COLOR` wins over both.
    #[must_use]
    pub fn choose(name: Option<&str>) -> Self {
        let set = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty());
        if set("NO_COLOR").is_some() {
            return Self::Mono;
        }
        if let Some(theme) = name.and_then(|name| Self::ALL.into_iter().find(|theme| theme.id() == name)) {
            return theme;
        }
        // Windows' terminals all draw true colours and set no variable that says so.
        let rich = cfg!(windows)
            || set("COLORTERM").is_some_and(|value| value.contains("truecolor") || value == "24bit");
        if rich { Self::Dark } else { Self::Ansi }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        match self {
            Self::Dark => rich(role, &DARK),
            Self::Light => rich(role, &LIGHT),
            Self::Ansi => ansi(role),
            Self::Mono => mono(role),
        }
    }
}

struct Palette {
    text: Color,
    ground: Color,
    dim: Color,
    accent: Color,
    red: Color,
    amber: Color,
    violet: Color,
    green: Color,
    selected: Color,
    field: Color,
}

const DARK: Palette = Palette {
    text: Color::Rgb(216, 222, 233),
    ground: Color::Rgb(24, 28, 36),
    dim: Color::Rgb(129, 140, 160),
    accent: Color::Rgb(111, 188, 222),
    red: Color::Rgb(255, 110, 110),
    amber: Color::Rgb(240, 190, 90),
    violet: Color::Rgb(180, 160, 230),
    green: Color::Rgb(140, 200, 130),
    selected: Color::Rgb(48, 62, 86),
    field: Color::Rgb(38, 44, 56),
};

const LIGHT: Palette = Palette {
    text: Color::Rgb(36, 41, 51),
    ground: Color::Rgb(250, 250, 247),
    dim: Color::Rgb(104, 112, 124),
    accent: Color::Rgb(0, 95, 150),
    red: Color::Rgb(190, 20, 20),
    amber: Color::Rgb(150, 90, 0),
    violet: Color::Rgb(100, 60, 160),
    green: Color::Rgb(20, 110, 40),
    selected: Color::Rgb(205, 225, 245),
    field: Color::Rgb(232, 234, 238),
};

fn rich(role: Role, p: &Palette) -> Style {
    let on = |color: Color| Style::new().fg(color).bg(p.ground);
    match role {
        Role::Text => on(p.text),
        Role::Dim | Role::Frame => on(p.dim),
        Role::Title => on(p.text).add_modifier(Modifier::BOLD),
        Role::Accent | Role::FrameFocused => on(p.accent),
        Role::Overdue => on(p.red).add_modifier(Modifier::BOLD),
        Role::DueSoon => on(p.amber),
        Role::Waiting => on(p.violet),
        Role::Done => on(p.green),
        Role::Error => on(p.red),
        Role::Selected => Style::new().bg(p.selected).add_modifier(Modifier::BOLD),
        Role::TabActive => Style::new().fg(p.ground).bg(p.accent).add_modifier(Modifier::BOLD),
        Role::Field => Style::new().fg(p.text).bg(p.field),
        Role::FieldFocused => Style::new().fg(p.text).bg(p.selected),
        Role::Key => on(p.accent).add_modifier(Modifier::BOLD),
    }
}

fn ansi(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text => plain,
        Role::Dim | Role::Frame => plain.fg(Color::DarkGray),
        Role::Title => plain.add_modifier(Modifier::BOLD),
        Role::Accent | Role::FrameFocused => plain.fg(Color::Cyan),
        Role::Overdue => plain.fg(Color::Red).add_modifier(Modifier::BOLD),
        Role::DueSoon => plain.fg(Color::Yellow),
        Role::Waiting => plain.fg(Color::Magenta),
        Role::Done => plain.fg(Color::Green),
        Role::Error => plain.fg(Color::Red),
        Role::Selected | Role::TabActive => plain.add_modifier(Modifier::REVERSED),
        Role::Field => plain.add_modifier(Modifier::UNDERLINED),
        Role::FieldFocused => plain.add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
        Role::Key => plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
    }
}

fn mono(role: Role) -> Style {
    let plain = Style::new();
    match role {
        Role::Text | Role::Waiting | Role::Done | Role::Frame => plain,
        Role::Dim => plain.add_modifier(Modifier::DIM),
        Role::Title | Role::Accent | Role::FrameFocused | Role::Key | Role::DueSoon | Role::Error => {
            plain.add_modifier(Modifier::BOLD)
        }
        Role::Overdue => plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        Role::Selected | Role::TabActive => plain.add_modifier(Modifier::REVERSED),
        Role::Field => plain.add_modifier(Modifier::UNDERLINED),
        Role::FieldFocused => plain.add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
    }
}
