using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using SwarmPS.Api;

namespace SwarmPS.Cmdlets.Terminal;

/// <summary>The terminal of this process on Linux and macOS.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixTerminal : ITerminal
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Now = 0;
    private const short Readable = 1;

    /// <summary>More than any system's termios has.</summary>
    private const int SettingsBytes = 512;

    /// <summary>Whether a person sits at this process: its input and output are a terminal.</summary>
    public static bool IsThere => IsTerminal(Input) == 1 && IsTerminal(Output) == 1;

    /// <inheritdoc/>
    public TerminalSize? Size
    {
        get
        {
            try
            {
                return new((uint)Console.WindowHeight, (uint)Console.WindowWidth);
            }
            catch (IOException)
            {
                // It does not say; the command is not told then.
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public IDisposable MakeRaw()
    {
        var before = new byte[SettingsBytes];
        if (GetSettings(Input, before) != 0)
            throw Failed("read");
        var raw = (byte[])before.Clone();
        MakeRaw(raw);
        if (SetSettings(Input, Now, raw) != 0)
            throw Failed("changed");
        return new Ended(() => _ = SetSettings(Input, Now, before));
    }

    /// <inheritdoc/>
    public IDisposable WhenResized(Action hear) => PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => hear());

    /// <inheritdoc/>
    public async Task<int> ReadAsync(byte[] buffer, CancellationToken stop)
    {
        // Waiting is for keys or for the end of waiting: a read that was begun would swallow the first key of the next reader.
        using var wake = new AnonymousPipeServerStream(PipeDirection.Out);
        using var woken = new AnonymousPipeClientStream(PipeDirection.In, wake.ClientSafePipeHandle);
        await using var registration = stop.Register(() => wake.WriteByte(0));
        var waited = new[] { new Poll(Input, Readable), new Poll((int)woken.SafePipeHandle.DangerousGetHandle(), Readable) };
        return await Task.Factory.StartNew(
            () =>
            {
                while (Wait(waited, (nuint)waited.Length, -1) < 0)
                    stop.ThrowIfCancellationRequested();
                stop.ThrowIfCancellationRequested();
                return Math.Max(0, (int)Read(Input, buffer, (nuint)buffer.Length));
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> text)
    {
        using var screen = Console.OpenStandardOutput();
        screen.Write(text);
        screen.Flush();
    }

    private static IOException Failed(string what) => new($"The terminal's settings could not be {what}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [DllImport("libc", EntryPoint = "isatty")]
    private static extern int IsTerminal(int file);

    [DllImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static extern int GetSettings(int file, byte[] settings);

    [DllImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static extern int SetSettings(int file, int when, byte[] settings);

    [DllImport("libc", EntryPoint = "cfmakeraw")]
    private static extern void MakeRaw([In, Out] byte[] settings);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static extern int Wait([In, Out] Poll[] files, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint Read(int file, byte[] buffer, nuint count);

    /// <summary>A file that is waited for; the layout is the system's.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Poll(int file, short wanted)
    {
        public int File = file;
        public short Wanted = wanted;
        public short Happened;
    }

    private sealed class Ended(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
