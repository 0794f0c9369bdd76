//! A small disk of one's own, which can be full: mounted by root, and taken away with the test.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;

/// A file system in memory.
#[derive(Debug)]
pub struct Volume {
    // Its folder is removed after the file system.
    dir: TempDir,
    mebibytes: u32,
}

/// How often a size is tried that is too small meanwhile.
const TRIES: usize = 100;

impl Volume {
    /// Mounts one of so many MiB; who is not root cannot.
    pub fn mount(mebibytes: u32) -> Result<Self, String> {
        let dir = tempfile::Builder::new().prefix("oms-volume-").tempdir().expect("a folder");
        let size = format!("size={mebibytes}m,mode=0755");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir.path()).output();
        match mounted {
            Ok(output) if output.status.success() => Ok(Self { dir, mebibytes }),
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

    /// Makes it so small that what is on it takes all the room; unlike a file that fills it, that costs no memory.
    pub fn shrink(&self) {
        let is_small = (0..TRIES).any(|_| {
            let used = Command::new("df").args(["--block-size=1", "--output=used"]).arg(self.path()).output();
            let used = String::from_utf8(used.expect("df is there").stdout).expect("a number");
            self.resize(used.lines().last().expect("a number").trim())
        });
        assert!(is_small, "{} grows all the time", self.path().display());
    }

    /// Makes it as large as it was.
    pub fn widen(&self) {
        assert!(self.resize(&format!("{}m", self.mebibytes)), "it is as large as it was");
    }

    /// Whether what is there fits.
    fn resize(&self, size: &str) -> bool {
        let size = format!("remount,size={size}");
        let resized = Command::new("mount").args(["-o", &size]).arg(self.path()).stderr(Stdio::null()).status();
        resized.expect("mount is there").success()
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
