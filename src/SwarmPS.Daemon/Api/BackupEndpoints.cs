using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SwarmPS.Api;
using SwarmPS.Daemon.Api.Http;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Api;

/// <summary><c>/swarmps/backup</c>: the swarm's whole state in one sealed file. <c>/swarmps/restore</c>: a swarm made of such a file.</summary>
internal sealed class BackupEndpoints(ApiServerOptions options, SwarmChanges changes)
{
    private const int RequestBytesMax = 64 << 10;

    /// <summary>The routes.</summary>
    public IEnumerable<Route> Routes() => [new("POST", "/swarmps/backup", BackUpAsync), new("POST", "/swarmps/restore", RestoreAsync)];

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

    /// <summary>The body is a line of JSON, and then the backup.</summary>
    private async Task RestoreAsync(ApiCall call)
    {
        if (call.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = BackupFile.BytesMax + RequestBytesMax;
        using var body = new MemoryStream();
        await call.Context.Request.Body.CopyToAsync(body, call.Stop).ConfigureAwait(false);
        var bytes = body.GetBuffer().AsMemory(0, (int)body.Length);
        var line = bytes.Span[..Math.Min(bytes.Length, RequestBytesMax)].IndexOf((byte)'\n');
        if (line < 0)
            throw SwarmException.Invalid("The body begins with a line of JSON, and the backup follows it.");
        var request = ApiCall.Read<SwarmRestoreRequest>(Encoding.UTF8.GetString(bytes.Span[..line]));
        var (head, objects) = await Task.Run(() => BackupFile.Open(bytes.Span[(line + 1)..], Envelope(request)), call.Stop).ConfigureAwait(false);
        await call.AnswerAsync(await options.Membership.RestoreAsync(request, head.NodeId, objects, call.Stop).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
