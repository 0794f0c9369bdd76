//! Compiles the .proto files with protox: no protoc is needed.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;
use protox::Compiler;

/// The descriptor set of each service, so that its reflection lists what it serves and nothing else.
const SERVICES: [(&str, &[&str]); 2] = [
    (
        "inventory",
        &[
            "oms/inventory/v1/error_reason.proto",
            "oms/inventory/v1/isku.proto",
            "oms/inventory/v1/location.proto",
            "oms/inventory/v1/reservation.proto",
            "oms/inventory/v1/stock.proto",
            "oms/type/v1/error_reason.proto",
        ],
    ),
    (
        "catalogue",
        &[
            "oms/catalogue/v1/availability.proto",
            "oms/catalogue/v1/category.proto",
            "oms/catalogue/v1/channel.proto",
            "oms/catalogue/v1/error_reason.proto",
            "oms/catalogue/v1/listing.proto",
            "oms/catalogue/v1/mapping.proto",
            "oms/catalogue/v1/order.proto",
            "oms/catalogue/v1/sync.proto",
            "oms/type/v1/error_reason.proto",
        ],
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut all = Compiler::new(["."])?;
    all.include_imports(true).include_source_info(true);
    for (name, files) in SERVICES {
        let mut own = Compiler::new(["."])?;
        own.include_imports(true).include_source_info(true);
        for file in files {
            own.open_file(file)?;
            all.open_file(file)?;
        }
        fs::write(out.join(format!("{name}.bin")), own.encode_file_descriptor_set())?;
    }
    let files = prost_types::FileDescriptorSet::decode(all.encode_file_descriptor_set().as_slice())?;
    tonic_prost_build::configure().compile_fds(files)?;
    println!("cargo:rerun-if-changed=oms");
    Ok(())
}
