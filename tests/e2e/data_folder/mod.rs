//! The files of the data folder, and what reaches the disk.

mod core_dump;
mod files;
