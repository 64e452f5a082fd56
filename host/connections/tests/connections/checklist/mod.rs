//! The OAuth checklist, item by item: `o_NN_…`. What concerns a server runs at three of them.

mod asking;
mod callback;
mod hostile;
mod rotation;
mod tokens;
