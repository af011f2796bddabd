using System.Management.Automation.Runspaces;
using SwarmPS.Shell;
using SwarmPS.Shell.Hosting;

CommandLine line;
try
{
    line = CommandLine.Parse(args);
}
catch (CommandLineException problem)
{
    Console.Error.WriteLine($"swarmps: {problem.Message}");
    return problem.Code;
}

switch (line.Mode)
{
    case RunMode.Version:
        Console.Out.WriteLine(Usage.Version);
        return ExitCodes.Success;
    case RunMode.Help:
        Console.Out.WriteLine(Usage.Help);
        return ExitCodes.Success;
}

// The engine reports which modules are imported to its makers, unless it is told not to.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
var console = ShellConsole.Open(line.NonInteractive);
using var host = new ShellHost(Guid.NewGuid(), console);
using var runspace = Session.Open(host, line);
return new ShellRun(host, runspace, console).Run(line);
