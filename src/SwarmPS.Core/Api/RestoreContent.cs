using System.Net;
using System.Text;

namespace SwarmPS.Api;

/// <summary>The body of <c>POST /swarmps/restore</c>: a line of JSON, then the backup as it is.</summary>
internal sealed class RestoreContent : HttpContent
{
    private readonly SwarmRestoreRequest request;
    private readonly Stream backup;

    public RestoreContent(SwarmRestoreRequest request, Stream backup)
    {
        (this.request, this.backup) = (request, backup);
        Headers.ContentType = new("application/octet-stream");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(ApiJson.Write(request) + "\n")).ConfigureAwait(false);
        await backup.CopyToAsync(stream).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
