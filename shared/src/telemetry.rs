//! Structured logs, and traces that go on from one service to the next (W3C trace context).

use std::io::IsTerminal;

use opentelemetry::{global, trace::TracerProvider as _};
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::settings::{LogFormat, Telemetry};

/// Keeps telemetry going; sends what is left when it is dropped.
#[derive(Debug)]
pub struct Guard(SdkTracerProvider);

/// Why telemetry cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `telemetry.log` is not a filter.
    #[error("telemetry.log is not a filter")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// `telemetry.otlp_endpoint` cannot be used.
    #[error("telemetry.otlp_endpoint cannot be used")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// Something else has set up logging in this process.
    #[error("telemetry was started before")]
    Started(#[from] tracing_subscriber::util::TryInitError),
}

/// Starts logs on standard error and, where an endpoint is set, the export of traces.
pub fn start(service: &'static str, settings: &Telemetry) -> Result<Guard, TelemetryError> {
    let resource = Resource::builder().with_service_name(service).build();
    let mut provider = SdkTracerProvider::builder().with_resource(resource);
    if settings.otlp_endpoint.is_empty() {
        // Nobody would see a trace that begins here; one that a caller has begun goes on.
        provider = provider.with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)));
    } else {
        let exporter =
            opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(&settings.otlp_endpoint).build()?;
        provider = provider.with_batch_exporter(exporter);
    }
    let provider = provider.build();
    global::set_text_map_propagator(TraceContextPropagator::new());

    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.log_format {
        LogFormat::Text => lines.with_filter(EnvFilter::try_new(&settings.log)?).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(EnvFilter::try_new(&settings.log)?).boxed(),
    };
    // Spans of our own crates only: those of the transport would be exported with every export.
    let spans = EnvFilter::new("off,inventory_svc=info,catalogue_svc=info,shared=info");
    // A call has one span, which enters and leaves threads all the time: what that costs tells nobody anything.
    let traces = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(service))
        .with_tracked_inactivity(false)
        .with_context_activation(false)
        .with_threads(false)
        .with_location(false)
        .with_filter(spans);
    tracing_subscriber::registry().with(lines).with(traces).try_init()?;
    Ok(Guard(provider))
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "traces were not all sent");
        }
    }
}
