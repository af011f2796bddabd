using System.IO.Pipelines;
using System.Text;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Tests.SwarmTask;

/// <summary>The daemon's side of a command's streams.</summary>
internal sealed class ExecTalk(IDuplexPipe raw)
{
    /// <summary>What the client sends next: text, <c>(end)</c>, a size as <c>(24x80)</c>, or null when it has gone.</summary>
    public async Task<string?> HearAsync()
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await raw.Input.ReadAsync();
            }
            catch (IOException)
            {
                // It has gone before it read all that was sent to it.
                return null;
            }
            var rest = read.Buffer;
            if (ExecFrame.Take(ref rest) is { } frame)
            {
                raw.Input.AdvanceTo(rest.Start);
                return frame.Kind == ExecFrameKind.Resize ? $"({frame.ToSize().Height}x{frame.ToSize().Width})" : frame.Data.IsEmpty ? "(end)" : Encoding.UTF8.GetString(frame.Data.Span);
            }
            raw.Input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                return null;
        }
    }

    /// <summary>All input up to its end.</summary>
    public async Task<string> HearAllAsync()
    {
        var all = new StringBuilder();
        while (await HearAsync() is { } part && part != "(end)")
            all.Append(part);
        return all.ToString();
    }

    public Task SayAsync(string text, bool isError = false) => SendAsync(new(isError ? ExecFrameKind.Error : ExecFrameKind.Output, Encoding.UTF8.GetBytes(text)));

    public Task EndAsync(int? code) => SendAsync(ExecFrame.Exit(code));

    public Task FailAsync(string reason) => SendAsync(ExecFrame.Failure(reason));

    private async Task SendAsync(ExecFrame frame)
    {
        frame.WriteTo(raw.Output);
        await raw.Output.FlushAsync();
    }
}
