namespace SwarmPS.Daemon.Api.Proxy;

/// <summary>An answer of the engine's that goes on and on.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Body">Its body.</param>
internal sealed record EngineStream(HttpResponseMessage Answer, Stream Body) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Answer.Dispose();
}
