//! Memory and processor time of a service and of this program, from /proc, and a program that burns as much.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

/// Processor time that a service and this program have used.
pub(super) fn used(process: u32) -> Duration {
    time_of(&process.to_string()) + time_of("self")
}

fn time_of(process: &str) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("the process runs");
    // The name before the last bracket may contain anything. Linux tells time in hundredths of a second.
    let (_, fields) = stat.rsplit_once(')').expect("a line of /proc");
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).flat_map(str::parse::<u64>).sum();
    Duration::from_millis(10 * ticks)
}

/// Threads that keep so many processors busy and do nothing else, until they are dropped.
pub(super) struct Burner {
    stop: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Burner {
    pub(super) fn start(processors: f64) -> Self {
        const THREADS: u32 = 2;
        const SLICE: Duration = Duration::from_millis(10);
        let stop = Arc::new(AtomicBool::new(false));
        let busy = SLICE.mul_f64((processors / f64::from(THREADS)).clamp(0.0, 1.0));
        let threads = (0..THREADS).map(|_| {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                while !stop.load(Relaxed) {
                    let began = Instant::now();
                    while began.elapsed() < busy {
                        std::hint::spin_loop();
                    }
                    thread::park_timeout(SLICE - busy);
                }
            })
        });
        Self { threads: threads.collect(), stop }
    }
}

impl Drop for Burner {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        self.threads.drain(..).for_each(|thread| thread.join().expect("it only burns"));
    }
}
