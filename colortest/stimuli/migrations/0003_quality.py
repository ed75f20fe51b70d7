from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("stimuli", "0002_machine_fool_rate")]

    operations = [
        migrations.AddField(
            model_name="colorization",
            name="psnr",
            field=models.FloatField(help_text="Decibels, against the photo; once ready.", null=True),
        ),
        migrations.AddField(
            model_name="colorization",
            name="colourfulness",
            field=models.FloatField(help_text="Hasler and Suesstrunk's; grey is 0. Once ready.", null=True),
        ),
    ]
