//! Qiantai (前台).
