using Microsoft.AspNetCore.Http;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/swarmps/backup</c>: the swarm's whole state in one sealed file.</summary>
internal sealed class BackupEndpoints(ApiServerOptions options, SwarmChanges changes)
{
    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("POST", "/swarmps/backup", BackUpAsync)];

    /// <summary>What opens and closes a backup. Throws <see cref="SwarmException"/> unless one is given.</summary>
    internal static IBackupEnvelope Envelope(SwarmBackupRequest request) => (request.Passphrase, request.Certificate) switch
    {
        ({ Length: > 0 } passphrase, null or "") => new PassphraseEnvelope(passphrase),
        (null or "", { Length: > 0 } certificate) => new CertificateEnvelope(certificate),
        _ => throw SwarmException.Invalid("Give either Passphrase or Certificate: a backup has the swarm's keys in it and is never left open."),
    };

    private async Task BackUpAsync(ApiCall call)
    {
        var manager = changes.Manager;
        var request = await call.BodyAsync<SwarmBackupRequest>().ConfigureAwait(false);
        // Stretching a passphrase and sealing take a processor a good while.
        var file = await Task.Run(
            () => BackupFile.Seal(manager.Store.Current, manager.NodeId, Envelope(request), Timestamp.From(options.Clock.GetUtcNow())), call.Stop).ConfigureAwait(false);
        call.Context.Response.ContentType = "application/octet-stream";
        call.Context.Response.ContentLength = file.Length;
        await call.Context.Response.BodyWriter.WriteAsync(file, call.Stop).ConfigureAwait(false);
    }
}
