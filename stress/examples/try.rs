use std::sync::Arc;
use stress::{generator::*, model::*, name::Names, quirk::Nature, target::*, world::*, Op};
use rustix::fs::{openat, CWD, OFlags, Mode};

fn replay(dir: &str, nature: &Nature, names: &Arc<Names>, caller: Caller, ops: &[Op]) -> Option<(usize, String, String)> {
    let path = format!("{dir}/mini");
    let _ = std::process::Command::new("chmod").args(["-R", "u+rwx", &path]).stderr(std::process::Stdio::null()).status();
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir(&path).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let top = openat(CWD, path.as_str(), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
    let model = Model::new(names.clone(), caller, coarse_now());
    let target = DirectoryTarget::new(names.clone(), top);
    let mut world = World::new(target, model, nature);
    for (n, op) in ops.iter().enumerate() {
        match world.run(op).verdict {
            Verdict::Differs(d) => return Some((n, format!("{}: {}", op.kind().verb(), d[0].aspect), format!("{d:?}"))),
            Verdict::NoSpace => return None,
            _ => {}
        }
    }
    None
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args[1] == "mini" {
        let names = Arc::new(Names::default());
        let umask = rustix::process::umask(Mode::empty());
        rustix::process::umask(umask);
        let caller = Caller { overrides: rustix::process::geteuid().is_root(), umask: umask.bits() as u16 };
        let nature = Nature { filesystem: args[3].clone(), ..Nature::default() };
        let ops: Vec<Op> = std::fs::read_to_string(&args[4]).unwrap().lines().map(|l| l.parse().unwrap()).collect();
        let Some((n, class, text)) = replay(&args[2], &nature, &names, caller, &ops) else { println!("not reproduced"); return };
        println!("{class}: {text}");
        let ops = ops[..=n].to_vec();
        let mini = stress::minimise::minimise(ops, stress::minimise::Bounds { attempts: 20_000, time: std::time::Duration::from_secs(60) }, &mut |ops: &[Op]| {
            match replay(&args[2], &nature, &names, caller, ops) { Some((_, c, _)) if c == class => stress::minimise::Answer::Same, _ => stress::minimise::Answer::Other }
        });
        for op in &mini.ops { println!("{op}"); }
        println!("tried {} {:?} {:?}", mini.tried, mini.ending, replay(&args[2], &nature, &names, caller, &mini.ops));
        return;
    }
    let dir = &args[1];
    let fs = args[2].clone();
    let profile = Profile::parse(&args[3]).unwrap();
    let ops: usize = args[4].parse().unwrap();
    let seed: u64 = args[5].parse().unwrap();
    let names = Arc::new(Names::default());
    let umask = rustix::process::umask(Mode::empty());
    rustix::process::umask(umask);
    let root = rustix::process::geteuid().is_root();
    let only: Vec<_> = args.get(6).map(|s| s.split(',').map(|w| *stress::OpKind::ALL.iter().find(|k| k.verb() == w).unwrap()).collect()).unwrap_or_default();
    let nature = Nature { filesystem: fs, ..Nature::default() };
    let mut total = std::time::Duration::ZERO;
    let start = std::time::Instant::now();
    let mut done = 0;
    let mut round = 0;
    let mut excused = 0u64;
    let mut classes = std::collections::BTreeMap::<String, (u64, String)>::new();
    let mut errors = 0u64;
    while done < ops {
        let path = format!("{dir}/w{round}");
        let _ = std::fs::remove_dir_all(&path); std::fs::create_dir(&path).unwrap();
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        let top = openat(CWD, path.as_str(), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
        let caller = Caller { overrides: root, umask: umask.bits() as u16 };
        let model = Model::new(names.clone(), caller, coarse_now());
        let target = DirectoryTarget::new(names.clone(), top);
        let mut world = World::new(target, model, &nature);
        let mut generator = Generator::new(&Mix { profile, only: only.clone() }, seed, round);
        let mut log: Vec<Op> = vec![];
        let mut stop = false;
        for n in 0..10_000 {
            let op = generator.next().unwrap();
            let ran = world.run(&op);
            total += ran.took;
            done += 1;
            if ran.errno.is_some() { errors += 1; }
            log.push(op.clone());
            match ran.verdict {
                Verdict::Agrees => {}
                Verdict::Excused(_) => excused += 1,
                Verdict::NoSpace => { eprintln!("no space"); break; }
                Verdict::Differs(d) => {
                    let class = format!("{}: {}", op.kind().verb(), d[0].aspect);
                    let e = classes.entry(class).or_insert_with(|| (0, format!("{op}: {d:?} (round {round} op {n})")));
                    e.0 += 1;
                    if e.0 == 1 { let name = format!("/tmp/logs/{}-{}", op.kind().verb(), d[0].aspect).replace(' ', "_").replace('`', ""); std::fs::create_dir_all("/tmp/logs").unwrap(); std::fs::write(name, log.iter().map(|o| o.to_string()+"\n").collect::<String>()).unwrap(); }
                    stop = true;
                }
            }
            if stop { break; }
        }
        if !stop {
            for op in world.model().observations() {
                let ran = world.run(&op);
                if let Verdict::Differs(d) = ran.verdict {
                    let class = format!("compare {}: {}", op.kind().verb(), d[0].aspect);
                    let e = classes.entry(class).or_insert_with(|| (0, format!("{op}: {d:?} (round {round})")));
                    e.0 += 1;
                    break;
                }
            }
        }
        std::process::Command::new("chmod").args(["-R", "u+rwx", &path]).stderr(std::process::Stdio::null()).status().unwrap();
        std::fs::remove_dir_all(&path).unwrap();
        round += 1;
    }
    println!("{done} ops, {round} rounds, {errors} errors, {excused} excused, {:.0} ops/s, target {:.2} of time", done as f64 / start.elapsed().as_secs_f64(), total.as_secs_f64() / start.elapsed().as_secs_f64());
    for (class, (count, text)) in classes { println!("{count} x {class}\n    {text}"); }
}
