namespace SwarmPS.Shell.Tests;

public sealed class ModuleTests : IDisposable
{
    private readonly ShellProcess shell = new();

    public void Dispose() => shell.Dispose();

    [Fact]
    public async Task Module_NamedByTheEnvironment_IsThereFromTheStart()
    {
        shell.Script("function Get-Fruit { 'apple' }", "fruit.psm1");
        shell.Variables["SWARMPS_MODULE"] = Path.Combine(shell.Folder, "fruit.psm1");

        Assert.Equal("apple", (await shell.CommandAsync("Get-Fruit")).Output.Trim());
        Assert.Equal("", (await shell.RunAsync(["-NoModule", "-Command", "Get-Fruit"])).Output);
    }

    [Fact]
    public async Task Module_ThatCannotBeImported_IsToldOf_AndTheRestGoesOn()
    {
        shell.Variables["SWARMPS_MODULE"] = Path.Combine(shell.Folder, "missing.psd1");

        var result = await shell.CommandAsync("'on'");

        Assert.Equal(("on", 0), (result.Output.Trim(), result.ExitCode));
        Assert.Contains("missing.psd1", result.Error);
    }

    [Fact]
    public async Task Locations_CanBeChanged()
    {
        Directory.CreateDirectory(Path.Combine(shell.Folder, "sub"));

        var result = await shell.CommandAsync("cd sub; \"$PWD\"; cd ..; \"$(Get-Location)\"; cd nowhere; $?");

        Assert.Equal([Path.Combine(shell.Folder, "sub"), shell.Folder, "False"], result.Lines);
        Assert.Contains("nowhere", result.Error);
    }

    [Fact]
    public async Task Help_IsShown_ByEitherName()
    {
        var result = await shell.RunAsync(["-NoModule", "-Command", "Get-Help Where-Object; help ForEach-Object"]);

        Assert.Equal("", result.Error);
        Assert.Contains("Where-Object", result.Output);
        Assert.Contains("ForEach-Object", result.Output);
    }
}
