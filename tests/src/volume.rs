//! A small disk of one's own, which can be full: mounted by root, and taken away with the test.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// A file system in memory.
#[derive(Debug)]
pub struct Volume {
    // Its folder is removed after the file system.
    dir: TempDir,
}

impl Volume {
    /// Mounts one of so many MiB; who is not root cannot.
    pub fn mount(mebibytes: u32) -> Result<Self, String> {
        let dir = tempfile::Builder::new().prefix("oms-volume-").tempdir().expect("a folder");
        let size = format!("size={mebibytes}m,mode=0755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir.path()).output();
        match mounted {
            Ok(output) if output.status.success() => Ok(Self { dir }),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The folder that it is mounted on.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut filler = File::options().create(true).append(true).open(self.filler()).expect("a file of no bytes");
        // Down to the last page.
        for size in [1 << 20, 4 << 10] {
            let chunk = vec![1; size];
            while filler.write_all(&chunk).is_ok() {}
        }
    }

    /// Gives it back.
    pub fn free(&self) {
        fs::remove_file(self.filler()).expect("it was filled");
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Lazily: a process that is about to end may still have files open.
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "the volume is unmounted");
    }
}
