using System.Management.Automation;
using System.Runtime.InteropServices;

namespace SwarmPS.Shell;

/// <summary>Ctrl-C and SIGTERM: they stop the running pipeline, so that its finally blocks run.</summary>
internal sealed class Interruption
{
    private readonly Lock gate = new();
    private PowerShell? running;
    private bool stopping;

    /// <summary>What ended the run from outside; null when nothing did.</summary>
    public int? ExitCode { get; private set; }

    public IDisposable Listen()
    {
        var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Handle(signal, ExitCodes.Interrupted));
        var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Handle(signal, ExitCodes.Terminated));
        return new Ending(() =>
        {
            interrupt.Dispose();
            terminate.Dispose();
        });
    }

    /// <summary>Names the pipeline that a signal stops, until the result is disposed.</summary>
    public IDisposable Guard(PowerShell shell)
    {
        lock (gate)
        {
            running = shell;
            stopping = false;
        }

        return new Ending(() =>
        {
            lock (gate)
            {
                running = null;
            }
        });
    }

    private void Handle(PosixSignalContext signal, int code)
    {
        lock (gate)
        {
            if (running is null || stopping)
            {
                // Nothing to stop, or a second wish to end while the first is being granted: the process ends.
                return;
            }

            signal.Cancel = true;
            stopping = true;
            ExitCode = code;
            // Not waited for: a signal's handler returns at once.
            running.BeginStop(null, null);
        }
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
