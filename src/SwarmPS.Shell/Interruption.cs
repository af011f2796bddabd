using System.Management.Automation;
using System.Runtime.InteropServices;

namespace SwarmPS.Shell;

/// <summary>Ctrl-C and SIGTERM: they stop the running pipeline, so that its finally blocks run.</summary>
internal sealed class Interruption
{
    private readonly Lock gate = new();
    private PowerShell? running;
    private CancellationTokenSource stopping = new();

    /// <summary>What ended the run from outside; null when nothing did.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>At a prompt Ctrl-C stops what runs and never the shell.</summary>
    public bool KeepsShell { get; set; }

    /// <summary>Cancelled when the pipeline that runs now is being stopped.</summary>
    public CancellationToken Stopping
    {
        get
        {
            lock (gate)
            {
                return running is null ? CancellationToken.None : stopping.Token;
            }
        }
    }

    public IDisposable Listen()
    {
        var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = Stop(ExitCodes.Interrupted));
        var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = Stop(ExitCodes.Terminated));
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
            // One that was not cancelled serves again.
            stopping = stopping.IsCancellationRequested ? new() : stopping;
        }

        return new Ending(() =>
        {
            lock (gate)
            {
                running = null;
            }
        });
    }

    /// <summary>Ctrl-C that came as a key, while a question was being answered.</summary>
    public void Interrupt() => Stop(ExitCodes.Interrupted);

    /// <summary>True when the process goes on for now: to end the pipeline, or the shell at its prompt.</summary>
    private bool Stop(int code)
    {
        lock (gate)
        {
            var mayKeep = KeepsShell && code == ExitCodes.Interrupted;
            if (running is null || stopping.IsCancellationRequested)
            {
                // Nothing to stop, or a second wish to end while the first is being granted.
                return mayKeep;
            }

            if (!mayKeep)
            {
                ExitCode = code;
            }

            // Not waited for: a signal's handler returns at once.
            running.BeginStop(null, null);
            stopping.CancelAsync();
            return true;
        }
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
