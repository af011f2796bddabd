using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SwarmPS.Daemon.Networking.Kernel;

/// <summary>
/// A container's network namespace, held open: its path leads to the same namespace for as long as this object lives, also after the
/// container has ended and its process id has become another's.
/// </summary>
internal sealed class NetworkSpace : IDisposable
{
    private const int NetworkKind = 0x40000000;

    private readonly SafeFileHandle file;

    private NetworkSpace(SafeFileHandle file) => (this.file, Path) = (file, $"/proc/{Environment.ProcessId}/fd/{file.DangerousGetHandle()}");

    /// <summary>The namespace's path, for programs too.</summary>
    public string Path { get; }

    /// <summary>Opens the namespace of a process; null where the process is gone or shares the namespace <paramref name="own"/>, which is no container's.</summary>
    public static NetworkSpace? OfProcess(int process, string? own)
    {
        var path = $"/proc/{process}/ns/net";
        try
        {
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var space = new NetworkSpace(file);
            if (Number(space.Path) != Number(own ?? "/proc/self/ns/net"))
                return space;
            space.Dispose();
            return null;
        }
        catch (IOException)
        {
            // The process has ended: there is nothing to look after.
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>
    /// Does something in a namespace: sockets made there stay in it, and its settings below <c>/proc/sys/net</c> are the ones that
    /// are seen. It has a thread of its own, since a namespace belongs to a thread.
    /// </summary>
    /// <param name="path">The namespace's file; null for this process's own, where it is done at once.</param>
    /// <param name="work">What to do; it must not wait for others.</param>
    public static T Within<T>(string? path, Func<T> work)
    {
        if (path is null)
            return work();
        T result = default!;
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                if (Enter((int)file.DangerousGetHandle(), NetworkKind) != 0)
                    throw new NetworkToolException($"The network namespace {path} cannot be entered: {Marshal.GetLastPInvokeErrorMessage()}.");
                result = work();
            }
            catch (Exception any)
            {
                fault = ExceptionDispatchInfo.Capture(any);
            }
        });
        thread.Start();
        thread.Join();
        fault?.Throw();
        return result;
    }

    private static string Number(string path) => File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name ?? "";

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int Enter(int file, int kind);
}
