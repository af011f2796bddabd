using System.Management.Automation;
using SwarmPS.Cmdlets.Binding;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.SwarmService;

public abstract partial class ServiceSettingsCmdlet
{
    private bool? tty;
    private bool? init;
    private bool? readOnly;

    /// <summary>Arguments of the container's program.</summary>
    /// <value>the image's</value>
    [Parameter]
    [Alias("Args")]
    [AllowEmptyCollection]
    public string[]? ArgumentList { get; set; }

    /// <summary>The container's program, in place of the image's entry point.</summary>
    /// <value>the image's</value>
    [Parameter]
    [Alias("Entrypoint")]
    [AllowEmptyCollection]
    public string[]? Command { get; set; }

    /// <summary>Environment: a hashtable, or NAME=value texts; a bare NAME takes the value it has here.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    [Alias("Environment")]
    public string[]? Env { get; set; }

    /// <summary>Files with a line NAME=value for each variable; <c>-Env</c> goes before them.</summary>
    /// <value>none</value>
    [Parameter]
    public string[]? EnvFile { get; set; }

    /// <summary>Labels of the containers: a hashtable, or NAME=value texts.</summary>
    /// <value>none</value>
    [Parameter]
    [PairsTransformation]
    [AllowEmptyCollection]
    public string[]? ContainerLabel { get; set; }

    /// <summary>The working directory.</summary>
    /// <value>the image's</value>
    [Parameter]
    [Alias("Workdir")]
    public string? WorkingDirectory { get; set; }

    /// <summary>The user, as name, uid or uid:gid.</summary>
    /// <value>the image's</value>
    [Parameter]
    public string? User { get; set; }

    /// <summary>More groups of the user.</summary>
    /// <value>none</value>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? Group { get; set; }

    /// <summary>The host name inside; may have templates, as <c>{{.Node.Hostname}}</c>.</summary>
    /// <value>the container's id</value>
    [Parameter]
    public string? Hostname { get; set; }

    /// <summary>Mounts, as <c>type=bind,src=/host,dst=/inside,ro</c>, or hashtables.</summary>
    /// <value>none</value>
    [Parameter]
    [MountTransformation]
    [AllowEmptyCollection]
    public Mount[]? Mount { get; set; }

    /// <summary>The root file system cannot be written.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get => readOnly ?? false; set => readOnly = value; }

    /// <summary>Time between the stop signal and the end by force.</summary>
    /// <value><c>10s</c></value>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? StopGracePeriod { get; set; }

    /// <summary>The signal to stop by.</summary>
    /// <value>the image's, else SIGTERM</value>
    [Parameter]
    public string? StopSignal { get; set; }

    /// <summary>A terminal.</summary>
    [Parameter]
    public SwitchParameter Tty { get => tty ?? false; set => tty = value; }

    /// <summary>A first process that reaps orphans.</summary>
    [Parameter]
    public SwitchParameter Init { get => init ?? false; set => init = value; }

    private ContainerSpec ContainerOf(ContainerSpec old) => Security(old) with
    {
        Args = ArgumentList?.ToValueList() ?? old.Args,
        Command = Command?.ToValueList() ?? old.Command,
        Env = Env is null && EnvFile is null ? old.Env : Environments.Of(ReadEnvFiles(), Env ?? []),
        Labels = ContainerLabelsOf(old.Labels),
        Dir = WorkingDirectory ?? old.Dir,
        User = User ?? old.User,
        Groups = Group?.ToValueList() ?? old.Groups,
        Hostname = Hostname ?? old.Hostname,
        Mounts = Mount?.ToValueList() ?? old.Mounts,
        ReadOnly = readOnly ?? old.ReadOnly,
        StopGracePeriod = StopGracePeriod ?? old.StopGracePeriod,
        StopSignal = StopSignal ?? old.StopSignal,
        Tty = tty ?? old.Tty,
        Init = init ?? old.Init,
        OomScoreAdj = OomScoreAdj ?? old.OomScoreAdj,
        Healthcheck = HealthOf(old.Healthcheck),
        Secrets = Secret is null ? old.Secrets : Secret.Select(ReferenceToSecret).ToValueList(),
        Configs = Config is null ? old.Configs : Config.Select(ReferenceToConfig).ToValueList(),
    };

    private List<string> ReadEnvFiles() =>
        (EnvFile ?? []).SelectMany(path => Environments.Lines(File.ReadAllLines(GetUnresolvedProviderPathFromPSPath(path)), path)).ToList();
}
