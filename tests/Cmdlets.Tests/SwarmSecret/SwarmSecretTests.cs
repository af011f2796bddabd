using System.Text;
using SwarmPS.Api;
using SwarmPS.Cmdlets.SwarmConfig;
using SwarmPS.Cmdlets.SwarmSecret;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Tests.SwarmSecret;

/// <summary>Secrets and configs, which behave alike but for what they show.</summary>
public sealed class SwarmSecretTests
{
    private static async Task<FakeDaemon> DaemonAsync()
    {
        var daemon = await FakeDaemon.StartAsync();
        foreach (var kind in new[] { "secrets", "configs" })
        {
            object one = kind == "secrets" ? Samples.Password : Samples.Conf;
            daemon.Json($"GET /{kind}", () => new[] { one }).Json($"GET /{kind}/*", () => one)
                .Json($"POST /{kind}/create", () => new CreateAnswer { Id = "new1" }).Json($"DELETE /{kind}/*", () => null);
        }
        return daemon.Has(Samples.Web);
    }

    private static string TextOf(Received request) => Encoding.UTF8.GetString(request.As<SecretSpec>().Data!.Bytes);

    [Theory]
    [InlineData("New-SwarmSecret key -Value ([byte[]](104, 195, 164))", "hä")]
    [InlineData("New-SwarmSecret key 'hä'", "hä")]
    [InlineData("[byte[]](104, 195, 164) | New-SwarmSecret key", "hä")]
    [InlineData("'one', 'two' | New-SwarmSecret key", "one\ntwo")]
    [InlineData("$s = [Security.SecureString]::new(); 'hä'.ToCharArray().ForEach{ $s.AppendChar($_) }; New-SwarmSecret key -SecureString $s", "hä")]
    [InlineData("$s = [Security.SecureString]::new(); 'hä'.ToCharArray().ForEach{ $s.AppendChar($_) }; $s | New-SwarmSecret key", "hä")]
    [InlineData("$f = New-TemporaryFile; Set-Content $f \"a`r`nb`n\" -NoNewline; New-SwarmSecret key -Path $f; Remove-Item $f", "a\r\nb\n")]
    public async Task Secret_IsMade_OfWhatIsGiven(string script, string expected)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal("db-password", prompt.Run(script).One<SwarmSecretInfo>().Name);
        var made = Assert.Single(daemon.Changes);
        Assert.Equal(("/secrets/create", "key", expected), (made.Path, made.As<SecretSpec>().Name, TextOf(made)));
    }

    [Theory]
    [InlineData("New-SwarmSecret", "/secrets/create")]
    [InlineData("New-SwarmConfig", "/configs/create")]
    public async Task Template_IsAskedForByItsDriver(string cmdlet, string path)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run(cmdlet + " key 'on {{.Node.Hostname}}' -TemplateDriver golang").Clean();
        var made = Assert.Single(daemon.Changes);
        Assert.Equal((path, "golang"), (made.Path, made.As<SecretSpec>().Templating!.Name));
    }

    [Fact]
    public async Task Config_IsMade_WithLabels_AndShowsWhatItHolds()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var config = prompt.Run("New-SwarmConfig app.conf 'mode = fast' -Label @{ team = 'a' }").One<SwarmConfigInfo>();
        Assert.Equal(("app.conf", "mode = fäst"), (config.Name, config.Text));
        var made = Assert.Single(daemon.Changes);
        Assert.Equal(("/configs/create", "mode = fast", "a"), (made.Path, TextOf(made), made.As<ConfigSpec>().Labels!["team"]));
    }

    [Theory]
    [InlineData("'' | New-SwarmSecret key", "PayloadMissing")]
    [InlineData("New-SwarmSecret key -Path /no/such/file", "FileNotFound")]
    [InlineData("New-SwarmSecret key -Value @{ a = 's3cret' }", "InvalidArgument")]
    [InlineData("'s3cret' | New-SwarmSecret key -WhatIf; New-SwarmSecret key -Value 1.5", "InvalidArgument")]
    public async Task WhatCannotBeASecret_IsRefused_Unshown(string script, string id)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        var outcome = prompt.Run(script);
        Assert.Equal(id, outcome.ErrorId);
        Assert.DoesNotContain("s3cret", outcome.Error.ToString());
        Assert.Empty(daemon.Changes);
    }

    [Theory]
    [InlineData("Get-SwarmSecret", "sec1")]
    [InlineData("Get-SwarmSecret DB*", "sec1")]
    [InlineData("Get-SwarmSecret sec", "sec1")]
    [InlineData("Get-SwarmSecret x*", "")]
    [InlineData("Get-SwarmConfig app.conf", "conf1")]
    public async Task They_AreFoundByNameIdAndPattern(string script, string ids)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal(ids, string.Join(',', prompt.Run($"{script} | ForEach-Object Id").Clean().Select(id => id.ToString())));
    }

    [Theory]
    [InlineData("Secret", "db-password")]
    [InlineData("Config", "app.conf")]
    public async Task InUse_HasItsOwnError(string noun, string name)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run($"Get-Swarm{noun} | Remove-Swarm{noun} -Confirm:$false").Clean();
        Assert.Equal($"DELETE /{noun.ToLowerInvariant()}s/{name}", Assert.Single(daemon.Changes).ToString());
        daemon.Refuse($"DELETE /{noun.ToLowerInvariant()}s/*", 400, $"rpc error: code = InvalidArgument desc = {noun.ToLowerInvariant()} 'x' is in use by the following service: web");
        Assert.Equal($"{noun}InUse", prompt.Run($"Remove-Swarm{noun} x -Confirm:$false").ErrorId);
        Assert.Equal($"{noun}NotFound", prompt.Run($"Get-Swarm{noun} none").ErrorId);
    }

    [Theory]
    [InlineData("-Secret db-password", "db-password", "0", 0b100_100_100u)]
    [InlineData("-Secret source=db-password,target=/etc/key,uid=7,mode=0400", "/etc/key", "7", 0b100_000_000u)]
    [InlineData("-Secret 'source=db-password,target=key,mode=440'", "key", "0", 0b100_100_000u)]
    [InlineData("-Secret @{ source = 'db-password'; target = 'key'; mode = 0440 }", "key", "0", 0b100_100_000u)]
    [InlineData("-Secret (Get-SwarmSecret)", "db-password", "0", 0b100_100_100u)]
    public async Task Service_NamesSecrets_AsDockerWritesThem(string arguments, string target, string user, uint mode)
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        prompt.Run($"New-SwarmService web nginx -NoWait {arguments} -Config source=app.conf,target=/etc/app.conf").Clean();
        var container = Assert.Single(daemon.Changes).As<ServiceSpec>().TaskTemplate.ContainerSpec!;
        Assert.Equal([new() { SecretId = "sec1", SecretName = "db-password", File = new() { Name = target, UID = user, GID = "0", Mode = mode } }], container.Secrets!);
        Assert.Equal([new() { ConfigId = "conf1", ConfigName = "app.conf", File = new() { Name = "/etc/app.conf", UID = "0", GID = "0", Mode = 0b100_100_100 } }], container.Configs!);
    }

    [Fact]
    public async Task Service_NamesNoSecretThatIsNotThere()
    {
        await using var daemon = await DaemonAsync();
        using var prompt = new Prompt(daemon);
        Assert.Equal("SecretNotFound", prompt.Run("New-SwarmService web nginx -Secret none").ErrorId);
        Assert.Equal("ConfigNotFound", prompt.Run("Update-SwarmService web -AddConfig none").ErrorId);
        Assert.Contains("no source", prompt.Run("New-SwarmService web nginx -Secret 'target=x'").Error.ToString());
        Assert.Contains("octal", prompt.Run("New-SwarmService web nginx -Secret 'source=x,mode=rw'").Error.ToString());
        Assert.Empty(daemon.Changes);
    }

    [Fact]
    public async Task Update_AddsReplacesAndTakesAway()
    {
        await using var daemon = await DaemonAsync();
        var old = Samples.Web.Spec.TaskTemplate.ContainerSpec! with
        {
            Secrets = [Reference("old", "db-password"), Reference("kept", "kept"), Reference("gone", "gone")],
            Configs = [new() { ConfigId = "c", ConfigName = "c", File = new() { Name = "c" } }],
        };
        daemon.Has(Samples.Web with { Spec = Samples.Web.Spec with { TaskTemplate = Samples.Web.Spec.TaskTemplate with { ContainerSpec = old } } });
        using var prompt = new Prompt(daemon);
        prompt.Run("Update-SwarmService web -NoWait -AddSecret source=db-password,target=/run/secrets/db-password -RemoveSecret gone; Update-SwarmService web -NoWait -Config @() -AddSecret db-password").Clean();
        var changes = daemon.Changes.Select(change => change.As<ServiceSpec>().TaskTemplate.ContainerSpec!).ToList();
        Assert.Equal(["kept", "db-password"], changes[0].Secrets!.Select(secret => secret.SecretName));
        Assert.Equal(old.Configs, changes[0].Configs);
        Assert.Equal(["kept", "db-password"], changes[1].Secrets!.Select(secret => secret.SecretName));
        Assert.Empty(changes[1].Configs!);
    }

    private static SecretReference Reference(string name, string target) => new() { SecretId = name, SecretName = name, File = new() { Name = target } };
}
