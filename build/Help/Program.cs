using SwarmPS.Help;

// Makes the help of the cmdlets of their documentation comments: pages to read, and the file that Get-Help reads.
switch (args)
{
    case ["pages", var folder]:
        Pages.Write(folder);
        return 0;
    case ["maml", var folder]:
        Maml.Write(folder);
        return 0;
    default:
        Console.Error.WriteLine("usage: Help pages FOLDER   a page for each cmdlet, as docs/cmdlets\n       Help maml FOLDER    what Get-Help reads, into en-US of the module's folder");
        return 2;
}
