using System.Runtime.Serialization;
using Newtonsoft.Json;

namespace SwarmPS.Model;

/// <summary>The container of a task.</summary>
public sealed record ContainerSpec
{
    /// <summary>The image, with its digest once that is known.</summary>
    public string? Image { get; init; }

    /// <summary>What the image's registry asks for: the client's <c>X-Registry-Auth</c>. A secret; not shown.</summary>
    [JsonIgnore]
    public RegistryAuth? RegistryAuth { get; init; }

    /// <summary>Labels of the container.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>The entry point; the image's where nothing is said.</summary>
    public ValueList<string>? Command { get; init; }

    /// <summary>Its arguments; the image's where nothing is said.</summary>
    public ValueList<string>? Args { get; init; }

    /// <summary>The host name inside; may have templates.</summary>
    public string? Hostname { get; init; }

    /// <summary>Environment as <c>NAME=value</c>; may have templates.</summary>
    public ValueList<string>? Env { get; init; }

    /// <summary>The working directory.</summary>
    public string? Dir { get; init; }

    /// <summary>The user, as <c>name</c>, <c>uid</c> or <c>uid:gid</c>.</summary>
    public string? User { get; init; }

    /// <summary>More groups of the user.</summary>
    public ValueList<string>? Groups { get; init; }

    /// <summary>Security settings.</summary>
    public Privileges? Privileges { get; init; }

    /// <summary>A first process of the engine's that reaps orphans.</summary>
    public bool? Init { get; init; }

    /// <summary>The signal to stop by; the image's where nothing is said.</summary>
    public string? StopSignal { get; init; }

    /// <summary>A terminal.</summary>
    [JsonProperty("TTY", DefaultValueHandling = DefaultValueHandling.Ignore)]
    public bool Tty { get; init; }

    /// <summary>Standard input stays open.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public bool OpenStdin { get; init; }

    /// <summary>The root file system cannot be written.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public bool ReadOnly { get; init; }

    /// <summary>What is mounted.</summary>
    public ValueList<Mount>? Mounts { get; init; }

    /// <summary>Time between the stop signal and the end by force: 10 s where nothing is said.</summary>
    public TimeSpan? StopGracePeriod { get; init; }

    /// <summary>How health is checked; the image's own check where nothing is said.</summary>
    public HealthConfig? Healthcheck { get; init; }

    /// <summary>Lines for <c>/etc/hosts</c>: <c>address name…</c>.</summary>
    public ValueList<string>? Hosts { get; init; }

    /// <summary>Name resolution inside.</summary>
    [JsonProperty("DNSConfig")]
    public DnsConfig? DnsConfig { get; init; }

    /// <summary>Secrets as files.</summary>
    public ValueList<SecretReference>? Secrets { get; init; }

    /// <summary>Configs as files.</summary>
    public ValueList<ConfigReference>? Configs { get; init; }

    /// <summary>Windows' isolation.</summary>
    public string? Isolation { get; init; }

    /// <summary>Kernel settings of the container's namespaces.</summary>
    public ValueMap<string>? Sysctls { get; init; }

    /// <summary>Capabilities added.</summary>
    public ValueList<string>? CapabilityAdd { get; init; }

    /// <summary>Capabilities taken away.</summary>
    public ValueList<string>? CapabilityDrop { get; init; }

    /// <summary>Limits of the process.</summary>
    public ValueList<Ulimit>? Ulimits { get; init; }

    /// <summary>How readily the kernel ends it when memory is short: -1000 to 1000.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public long OomScoreAdj { get; init; }
}

/// <summary>What lets an image be pulled. A secret.</summary>
/// <param name="Header">The client's <c>X-Registry-Auth</c> header: JSON in base64.</param>
public sealed record RegistryAuth(string Header)
{
    /// <summary>Never the header: this text may end up in a log.</summary>
    public override string ToString() => "RegistryAuth { … }";
}

/// <summary>How health is checked. Zero or nothing means the image's, else the engine's default.</summary>
public sealed record HealthConfig
{
    /// <summary><c>NONE</c>; <c>CMD</c> and words; or <c>CMD-SHELL</c> and a line.</summary>
    public ValueList<string>? Test { get; init; }

    /// <summary>Time between two checks: 30 s.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>Time a check may take: 30 s.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Time at the start in which failures do not count.</summary>
    public TimeSpan? StartPeriod { get; init; }

    /// <summary>Time between two checks during the start period: 5 s.</summary>
    public TimeSpan? StartInterval { get; init; }

    /// <summary>Failures in a row that make it unhealthy: 3.</summary>
    public int? Retries { get; init; }
}

/// <summary>Something mounted into a container.</summary>
public sealed record Mount
{
    /// <summary>What kind: a volume where nothing is said.</summary>
    public MountType? Type { get; init; }

    /// <summary>The volume's name or the host's path; may have templates.</summary>
    public string? Source { get; init; }

    /// <summary>The path inside.</summary>
    public string? Target { get; init; }

    /// <summary>It cannot be written.</summary>
    [JsonProperty(DefaultValueHandling = DefaultValueHandling.Ignore)]
    public bool ReadOnly { get; init; }

    /// <summary>How strictly both sides agree (macOS).</summary>
    public string? Consistency { get; init; }

    /// <summary>Options of a bind mount.</summary>
    public BindOptions? BindOptions { get; init; }

    /// <summary>Options of a volume.</summary>
    public VolumeOptions? VolumeOptions { get; init; }

    /// <summary>Options of an image mount.</summary>
    public ImageOptions? ImageOptions { get; init; }

    /// <summary>Options of a file system in memory.</summary>
    public TmpfsOptions? TmpfsOptions { get; init; }

    /// <summary>Options of a cluster volume.</summary>
    public ClusterOptions? ClusterOptions { get; init; }
}

/// <summary>Kinds of mounts.</summary>
public enum MountType
{
    /// <summary>A volume of the engine.</summary>
    Volume,

    /// <summary>A path of the host.</summary>
    Bind,

    /// <summary>A file system in memory.</summary>
    Tmpfs,

    /// <summary>A Windows pipe.</summary>
    Npipe,

    /// <summary>A cluster volume.</summary>
    Cluster,

    /// <summary>An image's content.</summary>
    Image,
}

/// <summary>Options of a bind mount.</summary>
public sealed record BindOptions
{
    /// <summary>Which mounts are passed on: <c>rprivate</c> where nothing is said.</summary>
    public string? Propagation { get; init; }

    /// <summary>Mounts below are left out.</summary>
    public bool? NonRecursive { get; init; }

    /// <summary>Make the host's path if it is missing.</summary>
    public bool? CreateMountpoint { get; init; }

    /// <summary>Read-only does not reach the mounts below.</summary>
    public bool? ReadOnlyNonRecursive { get; init; }

    /// <summary>Fail if read-only cannot reach the mounts below.</summary>
    public bool? ReadOnlyForceRecursive { get; init; }
}

/// <summary>Options of a volume.</summary>
public sealed record VolumeOptions
{
    /// <summary>Do not fill a new volume with what the image has there.</summary>
    public bool? NoCopy { get; init; }

    /// <summary>Labels of a new volume.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>A path inside the volume.</summary>
    public string? Subpath { get; init; }

    /// <summary>What makes the volume; the same shape as a log driver.</summary>
    public LogDriver? DriverConfig { get; init; }
}

/// <summary>Options of an image mount.</summary>
/// <param name="Subpath">A path inside the image.</param>
public sealed record ImageOptions(string? Subpath = null);

/// <summary>Options of a file system in memory.</summary>
public sealed record TmpfsOptions
{
    /// <summary>Bytes it may hold.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Its mode bits.</summary>
    public uint? Mode { get; init; }

    /// <summary>More mount options, each a name or a name and a value.</summary>
    public ValueList<ValueList<string>>? Options { get; init; }
}

/// <summary>Options of a cluster volume; there are none.</summary>
public sealed record ClusterOptions;

/// <summary>Name resolution inside a container.</summary>
public sealed record DnsConfig
{
    /// <summary>Servers.</summary>
    public ValueList<string>? Nameservers { get; init; }

    /// <summary>Domains to search.</summary>
    public ValueList<string>? Search { get; init; }

    /// <summary>The resolver's options.</summary>
    public ValueList<string>? Options { get; init; }
}

/// <summary>A secret that a container gets as a file.</summary>
public sealed record SecretReference
{
    /// <summary>The file.</summary>
    public FileTarget? File { get; init; }

    /// <summary>The secret's id.</summary>
    [JsonProperty("SecretID")]
    public string? SecretId { get; init; }

    /// <summary>The secret's name.</summary>
    public string? SecretName { get; init; }
}

/// <summary>A config that a container gets as a file.</summary>
public sealed record ConfigReference
{
    /// <summary>The file.</summary>
    public FileTarget? File { get; init; }

    /// <summary>Set where the config is used by the runtime itself and not as a file.</summary>
    public RuntimeTarget? Runtime { get; init; }

    /// <summary>The config's id.</summary>
    [JsonProperty("ConfigID")]
    public string? ConfigId { get; init; }

    /// <summary>The config's name.</summary>
    public string? ConfigName { get; init; }
}

/// <summary>Marks a config that the runtime itself uses.</summary>
public sealed record RuntimeTarget;

/// <summary>A file inside a container.</summary>
public sealed record FileTarget
{
    /// <summary>Its path.</summary>
    public string? Name { get; init; }

    /// <summary>The owner's number.</summary>
    public string? UID { get; init; }

    /// <summary>The group's number.</summary>
    public string? GID { get; init; }

    /// <summary>Its mode bits.</summary>
    public uint? Mode { get; init; }
}

/// <summary>A limit of a process.</summary>
/// <param name="Name">Its name: <c>nofile</c>, <c>nproc</c> …</param>
/// <param name="Hard">What the process may raise it to.</param>
/// <param name="Soft">What stands at the start.</param>
public sealed record Ulimit(string? Name = null, long Hard = 0, long Soft = 0);

/// <summary>Security settings of a container.</summary>
public sealed record Privileges
{
    /// <summary>Windows' managed service account.</summary>
    [JsonProperty(NullValueHandling = NullValueHandling.Include)]
    public CredentialSpec? CredentialSpec { get; init; }

    /// <summary>SELinux labels.</summary>
    [JsonProperty(NullValueHandling = NullValueHandling.Include)]
    public SeLinuxContext? SELinuxContext { get; init; }

    /// <summary>System calls allowed.</summary>
    public SeccompOptions? Seccomp { get; init; }

    /// <summary>AppArmor profile.</summary>
    public AppArmorOptions? AppArmor { get; init; }

    /// <summary>Set-uid programs gain nothing.</summary>
    public bool? NoNewPrivileges { get; init; }
}

/// <summary>Windows' managed service account: one of the three is set.</summary>
/// <param name="Config">A config that holds it.</param>
/// <param name="File">A file that holds it.</param>
/// <param name="Registry">A registry value that holds it.</param>
public sealed record CredentialSpec(string? Config = null, string? File = null, string? Registry = null);

/// <summary>SELinux labels.</summary>
public sealed record SeLinuxContext
{
    /// <summary>No labels at all.</summary>
    public bool? Disable { get; init; }

    /// <summary>The user.</summary>
    public string? User { get; init; }

    /// <summary>The role.</summary>
    public string? Role { get; init; }

    /// <summary>The type.</summary>
    public string? Type { get; init; }

    /// <summary>The level.</summary>
    public string? Level { get; init; }
}

/// <summary>System calls allowed.</summary>
/// <param name="Mode"><c>default</c>, <c>unconfined</c> or <c>custom</c>.</param>
/// <param name="Profile">The custom profile, base64.</param>
public sealed record SeccompOptions(string? Mode = null, string? Profile = null);

/// <summary>AppArmor profile.</summary>
/// <param name="Mode"><c>default</c> or <c>disabled</c>.</param>
public sealed record AppArmorOptions(string? Mode = null);
